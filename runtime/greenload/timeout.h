/*
 * Timeouts: a limit on the time of anything that a greenlet does.
 *
 *	struct green_timeout limit;
 *
 *	green_timeout_begin(&limit, 2.5);
 *	n = read(fd, buf, sizeof(buf));
 *	if (green_timeout_end(&limit) < 0)
 *		... errno is ETIMEDOUT: the time was over before the read
 *
 * After the timeout has expired the current blocking call of the greenlet, and each later one that would block, fails
 *with ETIMEDOUT until the timeout is ended: in the program's code and in that of any library, so that it unwinds by its
 * normal error paths. Calls that a kill does not end are not ended by a timeout either: the locking of mutexes,
 * read-write locks and spin locks, and calls that run on an offload thread.
 */
#ifndef GREENLOAD_TIMEOUT_H
#define GREENLOAD_TIMEOUT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* A running timeout, in the caller's memory, usually on the stack. Its fields are private to the library. */
struct green_timeout {
	struct green_timeout *outer;
	green_t *greenlet;
	uint64_t deadline, outer_limit;
};

/*
 * From now on the calling greenlet has this many seconds; a negative number is no limit. Timeouts nest: one that
 * expires later than an outer one changes nothing. If the OS thread has no greenlets yet it becomes a host, as for
 * green_spawn(). Never parks. Fails with EINVAL (NULL, not a number) and as green_spawn() does.
 */
int green_timeout_begin(struct green_timeout *timeout, double seconds);

/*
 * Ends the timeout. Fails with ETIMEDOUT if it has ended a call, and with EINVAL if it is not the innermost one of the
 * calling greenlet. Never parks; on success it leaves errno unchanged.
 */
int green_timeout_end(struct green_timeout *timeout);

/* Seconds until the innermost limit of the calling greenlet, 0 if it has passed, negative if there is none. */
double green_time_left(void);

/*
 * Calls fn(arg), with this many seconds for it, and stores its return value in *result (unless that is NULL). Fails
 * with ETIMEDOUT if a call of fn's was ended; *result is stored in that case, too. Parks as fn does.
 */
int green_with_timeout(double seconds, green_fn *fn, void *arg, void **result);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
