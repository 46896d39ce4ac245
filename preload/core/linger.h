/*
 * Closes that wait: SO_LINGER on a socket, with a time. The kernel then waits in the close of the last descriptor of
 * the socket, O_NONBLOCK or not, until the peer has acknowledged all that was sent, the time is over or a signal
 * arrives; the number is free at once. So a number that is about to be closed is duplicated, the program's is closed,
 * and an offload thread closes the duplicate while the caller is parked. If no duplicate can be made, or no offload
 * thread is available, the OS thread waits.
 */
#ifndef PRELOAD_CORE_LINGER_H
#define PRELOAD_CORE_LINGER_H

#include "fd_table.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/wait_cleanup.h"

struct closing;

/* The closes of one call. On the stack of the caller. */
struct lingering {
	struct wait_record stay;
	struct closing *first; /* the files that are kept: the one added last comes first, as in the kernel */
};

/* True if the calling greenlet must not block its OS thread by a close of fd that may linger. No system call. */
static inline bool may_linger(int fd)
{
	return __builtin_expect(self != NULL, 0) && has_reason_to_park(self) && !self->loading && fd_may_linger(fd);
}

/* Between these two, the files of the descriptors that are to be closed are kept. Preserves errno. */
void linger_begin(struct lingering *linger);

/*
 * Closes the files that were kept, one after the other, and parks until that is done. A signal handler, a stop of the
 * process, a kill and a cancellation end the wait, as in the kernel: the remaining files are closed in the background.
 * Preserves errno.
 */
void linger_end(struct lingering *linger);

/* fd is about to be closed or replaced: keeps its file if it lingers. */
void linger_keep(struct lingering *linger, int fd);

/* The same for all descriptors of the program from first to last. */
void linger_keep_range(struct lingering *linger, unsigned first, unsigned last);

/*
 * The same for the descriptor of a stream that libc is about to close, after it has written what the stream holds. The
 * first function names the descriptor; -1 is none. The second keeps the file of that descriptor while libc closes the
 * number. The last does what linger_end() does. The last may be left out in a call that is cancelled, or that a handler
 * jumps out of.
 */
void linger_expect_of_stream(int fd);
void linger_keep_of_stream(int fd);
void linger_end_of_stream(void);

/* Closes a duplicate with which a wait has continued, see poller_leave(): parks as linger_end() does. */
void linger_close_kept(int kept_fd);

#endif
