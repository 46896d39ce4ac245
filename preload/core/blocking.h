/*
 * A blocking call under way. Every hook reads the same:
 *
 *	struct blocking call = blocking_on(CALL_recv, fd, POLLIN);
 *	do n = attempt_recv(&call, buf, count, flags);
 *	while (n < 0 && park_until_ready(&call));
 *
 * An attempt asks goes_native() first; if so it makes the call as it is, and that really blocks. Otherwise it makes
 * the call so that it cannot block and fails with EAGAIN where it would have.
 */
#ifndef PRELOAD_CORE_BLOCKING_H
#define PRELOAD_CORE_BLOCKING_H

#include "exit_thread.h"
#include "fd_table.h"
#include "libc.h"
#include "options.h"
#include "runtime/io/poller.h"
#include "runtime/lifecycle/greenlet.h"
#include "runtime/offload/offload.h"
#include "runtime/sched/mask.h"
#include "runtime/sched/wait_cleanup.h"
#include "runtime/sys/torture.h"

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* Kept out of the frame of its caller, in which a greenlet may be parked: that is memory which each wait touches. */
#define SELDOM __attribute__((noinline))

/* What the kernel has answered, in libc's way: instead of -errno, -1 with errno set. */
static inline long with_errno(long result)
{
	if (likely(result >= 0 || result < -4095))
		return result;
	errno = (int)-result;
	return -1;
}

struct io_uring_sqe;

struct blocking {
	enum call call;
	int fd;
	short events;     /* POLLIN, POLLOUT */
	bool dont_wait;   /* the caller said so for this call: MSG_DONTWAIT, RWF_NOWAIT */
	bool green;       /* goes_native() said false: we attempt and park */
	bool waited;      /* it has parked; until.deadline holds its time limit */
	uint8_t over;     /* the wait has ended with this errno: one more attempt, and then the call does; 0: not yet */
	bool begun;       /* something was transferred: the caller gets a count, and no SIGPIPE from a socket */
	int errno_before; /* put back at the end, as a call that succeeds leaves errno alone */
	uint32_t traits;  /* of fd, as the attempt found them */
	struct fd_entry *entry; /* of fd; NULL where there is none */
	struct wait_options until;

	/* Where fd was closed under the call, which then goes on with a duplicate: see poller_closing(). */
	int kept_fd;             /* that, which fd is now, too; 0: there is none */
	int number;              /* what the caller has handed in */
	struct wait_record stay; /* for a handler that jumps away */
};

/* A call on fd that blocks until events, restarts as signal(7) says of read and its kind, and has no deadline yet. */
static inline struct blocking blocking_on(enum call call, int fd, short events)
{
	return (struct blocking){.call = call,
	    .fd = fd,
	    .events = events,
	    .until = {.deadline = FOR_EVER,
		.on_signal = SIGNAL_RESTARTS,
		.no_point = !call_is_point[call],
		.keeps_file = true}};
}

/* A call that ends by itself at the deadline and, as signal(7) says of sleep, poll and select, never restarts. */
static inline struct blocking blocking_until(enum call call, nanos deadline)
{
	return (struct blocking){.call = call,
	    .fd = -1,
	    .until = {
		.deadline = deadline, .on_signal = SIGNAL_ENDS, .no_point = !call_is_point[call], .keeps_file = true}};
}

/*
 * True on an OS thread without greenlets. goes_native() asks it too; the calls that programs make most ask it before
 * anything else, so that such a program pays for one comparison.
 */
static inline bool has_no_greenlets(void)
{
	return likely(!self);
}

/* True on a greenlet that was cancelled and has cancellation enabled. */
static inline bool is_cancelled(void)
{
	return unlikely(self) && is_to_be_cancelled(self);
}

/*
 * For a wait that a cancellation ends and a kill does not: as until, but firm for who was killed. When it has ended
 * with ECANCELED, and is_cancelled() says no, it is to be begun again.
 */
static inline struct wait_options but_not_by_kill(const struct wait_options *until)
{
	struct wait_options mine = *until;

	mine.uninterruptible = !is_cancelled() && self && self->cancel.killed;
	return mine;
}

/*
 * True where libc's own waiting will do: on an OS thread without greenlets, whom libc's own giving back wakes, and on a
 * greenlet that is alone there.
 */
static inline bool waits_natively(enum call call)
{
	return call_is_off[call] || !self || !has_reason_to_park(self);
}

/* Ends the calling greenlet if it is cancelled; does not return then. For calls that are always cancellation points. */
static inline void end_if_cancelled(void)
{
	if (is_cancelled())
		exit_thread(PTHREAD_CANCELED);
}

/* The same where no cancellation point is needed, as the greenlet is to be cancelled at any time. */
static inline void end_if_cancelled_at_once(void)
{
	if (unlikely(self) && is_to_be_cancelled_at_once(self))
		exit_thread(PTHREAD_CANCELED);
}

/* What act_on_cancellation() comes to on a greenlet that was cancelled. */
void end_if_cancelled_in(enum call call);

/*
 * Ends the calling greenlet where it was cancelled and this call is a cancellation point, or its cancellation is
 * asynchronous. goes_native() calls it: a hook does itself where it calls libc's function before it asks that.
 */
static inline void act_on_cancellation(enum call call)
{
	if (unlikely(self) && unlikely(self->cancel.cancelled))
		end_if_cancelled_in(call);
}

/* Around what libc has forbidden to be cancelled, in its own way. Returns what enable_cancellation() takes. */
static inline int disable_cancellation(void)
{
	int before = PTHREAD_CANCEL_DISABLE;

	if (self)
		libc.pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	return before;
}

static inline void enable_cancellation(int before)
{
	if (before != PTHREAD_CANCEL_ENABLE)
		return;
	libc.pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	end_if_cancelled_at_once();
}

/* The part of goes_native() that is only asked on a greenlet, and once for each call: what has parked stays green. */
bool goes_native_on_greenlet(struct blocking *call);

/*
 * True where the call is to be made as it is: on an OS thread without greenlets, on a greenlet that has no company, in
 * a family that --patch took out; on a descriptor that the program made non-blocking or that never waits (FD_PLAIN),
 * one that is not open, and for a call that is told not to wait. On false, call->traits are those of call->fd
 * (unless that is negative) and errno is put by in call->errno_before.
 */
static inline bool goes_native(struct blocking *call)
{
	if (has_no_greenlets())
		return true;
	act_on_cancellation(call->call);
	return !call->green && goes_native_on_greenlet(call);
}

/*
 * True when the last attempt on this descriptor took all there was (FD_READ_DRAINED, FD_WRITE_FILLED): the next would
 * only say EAGAIN, so the caller waits first. Sets errno to EAGAIN then.
 */
bool waits_first(struct blocking *call);

/* After 0 < done < asked on a stream: notes that it is drained or filled, see waits_first(). */
void note_progress(struct blocking *call, ssize_t done, size_t asked);

/*
 * For calls that go on until everything is transferred (write, send, MSG_WAITALL): true when the last attempt made
 * progress, something remains and a blocking call would go on.
 */
bool goes_on(struct blocking *call, ssize_t last, size_t done, size_t asked);

/*
 * After an attempt that failed. False at once, with errno untouched, unless errno is EAGAIN, the call is green and the
 * caller left the descriptor blocking. Otherwise parks until call->fd is ready and returns
 * true: attempt again. False with errno set when the wait ended for another reason: EAGAIN (SO_RCVTIMEO, SO_SNDTIMEO,
 * or until.deadline is over), EINTR, ECANCELED, EBADF. The kernel looks at the object before it gives up for a signal
 * or for the time: so the first two come after another attempt, for which call->over is set. Where the descriptor was
 * closed meanwhile, call->fd is a duplicate for the same file. The next attempt uses call->fd. At the end the caller
 * calls settled() or leave_file().
 */
bool park_until_ready(struct blocking *call);

/*
 * For a call on a socket that is about to wait: its time limit, SO_RCVTIMEO or SO_SNDTIMEO, becomes until.deadline, and
 * a call that has one is not restarted after a signal. Counted from the first time it is asked for; park_until_ready()
 * does, who waits by other ways asks himself.
 */
void find_time_limit(struct blocking *call);

/*
 * park_until_ready(call) for a call that goes on with the file of `other`, too: where that is closed meanwhile, `other`
 * goes on with a duplicate. leave_file(other) is due in the end.
 */
bool park_holding(struct blocking *call, struct blocking *other);

/* The same call waiting at another descriptor, of which nothing is noted. */
static inline struct blocking blocking_elsewhere(const struct blocking *call, int fd)
{
	struct blocking elsewhere = *call;

	elsewhere.fd = fd;
	elsewhere.entry = NULL;
	elsewhere.kept_fd = 0;
	return elsewhere;
}

/*
 * The same for poll and its kin, after an attempt that found nothing: parks until one of n descriptors is ready and
 * returns 1; returns 0 when the wait is over, by the deadline or a signal, and the next attempt is the last; -1 with
 * errno set (ECANCELED, ENOMEM). A descriptor that is closed meanwhile counts as ready. Only to be called when
 * goes_native() said false.
 */
int park_until_any(struct blocking *call, const struct pollfd *fds, nfds_t n);

/* When the last attempt found nothing either: 0 where the deadline has passed, -1 with errno EINTR. */
static inline int nothing_came(const struct blocking *call)
{
	if (call->over != EINTR)
		return 0;
	errno = EINTR;
	return -1;
}

/* For a look that was not to wait and has found this much: gives way, and settles the call. */
int found_at_once(struct blocking *call, int found);

/*
 * The same without descriptors: returns ETIMEDOUT when the deadline has passed, EINTR, ECANCELED, or 0 without cause;
 * errno is left alone.
 */
int park_for(struct blocking *call);

/*
 * poll(2) without waiting, for our own looks: by ppoll where a filter refuses the one. Returns as poll does; -1 only
 * where both are refused.
 */
int poll_now(struct pollfd *fds, nfds_t n);

/*
 * Runs job(arg) on a helper OS thread while the greenlet is parked, and counts it; see offload(). SIGPIPE and SIGXFSZ
 * that it causes are the caller's.
 */
void run_offloaded(struct blocking *call, void (*job)(void *arg), void *arg);

/* The same for what surely ends, and soon: the disk, a file server; see offload_brief(). */
void run_offloaded_briefly(struct blocking *call, void (*job)(void *arg), void *arg);

/*
 * The same by the kernel's io_uring; see ring_carries_out(). False where that has not been able to: then a helper is to
 * make the call, which nothing has come of yet.
 */
bool is_made_by_ring(struct blocking *call, const struct io_uring_sqe *request, long *result);

/*
 * The same for a call that may wait for ever, as call->until says; see offload_until(). Returns false with errno set
 * when it was left, and then arg is no longer the caller's.
 */
bool finishes_offloaded(struct blocking *call, void (*job)(void *arg), void (*drop)(void *arg), void *arg);

/*
 * Makes the system call on a helper while the greenlet is parked, and counts it; what ends the wait, as call->until
 * says, ends the call: see make_long_call(). Where no helper can be had, the greenlet makes it again and again without
 * waiting. Returns as syscall(2) does.
 */
long make_call_offloaded(struct blocking *call, const long number_and_arguments[7]);

/* Adds and removes traits of call->fd, also in the call itself, which asks no more. */
void note_call(struct blocking *call, uint32_t set, uint32_t clear);

/* After park_on_fd(): goes on with the file that was closed under the call, or anew as signal(7) has it. */
void follow_file(struct blocking *call);

/* Gives up the duplicate that the call has gone on with, if there is one. errno is left alone. */
void leave_kept_file(struct blocking *call);

static inline void leave_file(struct blocking *call)
{
	if (unlikely(call->kept_fd))
		leave_kept_file(call);
}

/*
 * After a write on fd that has failed with errno, by a greenlet that blocks a signal of EARNED: an ignored one is
 * pending for a thread that blocks it, and the kernel has dropped it where other greenlets do not. Keeps errno.
 */
void keep_ignored_signal(int fd);

/* Returns the result of a write, of which the flags are those of send(2). */
static inline ssize_t written_by(int fd, int flags, ssize_t result)
{
	if (unlikely(result < 0) && self && unlikely(self->sig.blocked & EARNED) && !(flags & MSG_NOSIGNAL))
		keep_ignored_signal(fd);
	return result;
}

/*
 * At the end of a call that may have made threads ready: those that are more urgent than the caller run before it
 * returns, as sched(7) says.
 */
static inline void let_urgent_run(void)
{
	if (unlikely(is_outranked()))
		give_way_to_urgent();
}

/* The same where they may wait for a descriptor or a signal, and only the loop can tell that it has come. */
static inline void let_urgent_look(void)
{
	if (unlikely(is_outranked()))
		poll_for_urgent();
}

/*
 * The end of a call: puts the caller's errno back where result is not a failure, and ends the greenlet where it is
 * that of a cancelled one. Returns result.
 */
static inline ssize_t settled(struct blocking *call, ssize_t result)
{
	let_urgent_look();
	if (!call->green)
		return result;
	leave_file(call);
	if (result >= 0)
		errno = call->errno_before;
	else if (errno == ECANCELED)
		act_on_cancellation(call->call);
	return result;
}

#endif
