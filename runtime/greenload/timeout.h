/*
 * Timeouts: a limit on the time of whatever a greenlet does.
 *
 *	struct green_timeout limit;
 *
 *	green_timeout_begin(&limit, 2.5);
 *	n = read(fd, buf, sizeof(buf));
 *	if (green_timeout_end(&limit) < 0)
 *		... errno is ETIMEDOUT: the time was over before the read
 *
 * After the time is over the current blocking call of the greenlet, and each later one that would block, fails with
 * ETIMEDOUT until the timeout is ended: in the program's code and in that of any library, so that it unwinds by the
 * error paths it has. Not ended are those that a kill does not end either: the locking of mutexes, read-write locks
 * and spin locks, and calls that run on a helper OS thread.
 */
#ifndef GREENLOAD_TIMEOUT_H
#define GREENLOAD_TIMEOUT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* A timeout that is running; the caller's, on the stack as a rule. Its fields are the library's. */
struct green_timeout {
	struct green_timeout *outer;
	green_t *greenlet;
	uint64_t deadline, outer_limit;
};

/*
 * From now on the calling greenlet has this many seconds; a negative number is no limit. Timeouts nest: one that ends
 * later than an outer one changes nothing. Where there are no greenlets yet the OS thread becomes a host, as for
 * green_spawn(). Never parks. Fails with EINVAL (NULL, not a number) and as green_spawn() does.
 */
int green_timeout_begin(struct green_timeout *timeout, double seconds);

/*
 * Ends it. Fails with ETIMEDOUT when it has ended a call, and with EINVAL when it is not the innermost one of the
 * calling greenlet. Never parks; leaves errno alone where it succeeds.
 */
int green_timeout_end(struct green_timeout *timeout);

/* Seconds until the innermost limit of the calling greenlet, 0 when it has passed, negative when there is none. */
double green_time_left(void);

/*
 * Calls fn(arg), with this many seconds for it, and stores what it returned in *result (unless that is NULL). Fails
 * with ETIMEDOUT when a call of fn's was ended; *result is stored then too. Parks as fn does.
 */
int green_with_timeout(double seconds, green_fn *fn, void *arg, void **result);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
