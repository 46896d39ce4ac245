/*
 * A blocking call in progress. Every hook has the same form:
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

/*
 * Kept out of the frame of its caller, in which a greenlet may be parked: every wait touches the memory of that frame.
 */
#define SELDOM __attribute__((noinline))

/* Converts the kernel's result to libc's convention: -1 with errno set instead of -errno. */
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
	short events;   /* POLLIN, POLLOUT */
	bool dont_wait; /* the caller set it for this call: MSG_DONTWAIT, RWF_NOWAIT */
	bool green;     /* goes_native() returned false: we attempt and park */
	bool waited;    /* it has parked; until.deadline holds its time limit */
	uint8_t over;   /* the wait has ended with this errno: the call returns it after one more attempt; 0: not yet */
	bool begun;     /* something was transferred: the caller gets a count, and no SIGPIPE from a socket */
	int errno_before;       /* restored at the end, as a call that succeeds leaves errno alone */
	uint32_t traits;        /* of fd, as the attempt found them */
	struct fd_entry *entry; /* of fd; NULL if there is none */
	struct wait_options until;

	/* If fd was closed during the call, the call continues with a duplicate: see poller_closing(). */
	int kept_fd;             /* the duplicate, to which fd is set, too; 0: there is none */
	int number;              /* the descriptor that the caller passed */
	struct wait_record stay; /* for a handler that jumps out of the call */
};

/*
 * A call on fd that blocks until events, restarts after a signal as signal(7) says of read and similar calls, and has
 * no deadline yet.
 */
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

/* A call that ends at the deadline and, as signal(7) says of sleep, poll and select, never restarts. */
static inline struct blocking blocking_until(enum call call, nanos deadline)
{
	return (struct blocking){.call = call,
	    .fd = -1,
	    .until = {
		.deadline = deadline, .on_signal = SIGNAL_ENDS, .no_point = !call_is_point[call], .keeps_file = true}};
}

/*
 * True on an OS thread without greenlets. goes_native() checks it too. The most frequent calls check it before anything
 * else, so that a program without greenlets pays for one comparison.
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
 * For a wait that a cancellation ends and a kill does not: as until, but uninterruptible if the caller was killed. When
 * it has ended with ECANCELED, and is_cancelled() says no, it is to be begun again.
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

/* The same for calls that need not be cancellation points: it acts on asynchronous cancellation only. */
static inline void end_if_cancelled_at_once(void)
{
	if (unlikely(self) && is_to_be_cancelled_at_once(self))
		exit_thread(PTHREAD_CANCELED);
}

/* The slow path of act_on_cancellation(), on a greenlet that was cancelled. */
void end_if_cancelled_in(enum call call);

/*
 * Ends the calling greenlet if it was cancelled and this call is a cancellation point, or its cancellation is
 * asynchronous. goes_native() calls it. A hook calls it itself if it calls libc's function before goes_native().
 */
static inline void act_on_cancellation(enum call call)
{
	if (unlikely(self) && unlikely(self->cancel.cancelled))
		end_if_cancelled_in(call);
}

/*
 * The two bracket code in which libc must not be cancelled, in libc's own way. Returns the value that
 * enable_cancellation() takes.
 */
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

/*
 * The part of goes_native() that runs only on a greenlet, and once for each call: a call that has parked stays green.
 */
bool goes_native_on_greenlet(struct blocking *call);

/*
 * True if the call is to be made as it is: on an OS thread without greenlets, on a greenlet without other greenlets
 * beside it, in a family that --patch excluded; on a descriptor that the program made non-blocking, that never waits
 * (FD_PLAIN) or that is not open, and for a call that is told not to wait. If it returns false, call->traits are those
 * of call->fd (unless that is negative) and errno is saved in call->errno_before.
 */
static inline bool goes_native(struct blocking *call)
{
	if (has_no_greenlets())
		return true;
	act_on_cancellation(call->call);
	return !call->green && goes_native_on_greenlet(call);
}

/* The trait that says that such a call has taken all there was. */
static inline uint32_t full_or_drained(const struct blocking *call)
{
	return call->events & POLLIN ? FD_READ_DRAINED : FD_WRITE_FILLED;
}

/*
 * True if the last attempt on this descriptor took all there was (FD_READ_DRAINED, FD_WRITE_FILLED): the next would
 * only return EAGAIN, so the caller waits first. Sets errno to EAGAIN in that case.
 */
static inline bool waits_first(const struct blocking *call)
{
	if (!(call->traits & full_or_drained(call)))
		return false;
	errno = EAGAIN;
	return true;
}

/* After 0 < done < asked on a stream: notes that it is drained or filled, see waits_first(). */
void note_progress(struct blocking *call, ssize_t done, size_t asked);

/*
 * For calls that continue until everything is transferred (write, send, MSG_WAITALL): true if the last attempt made
 * progress, something remains and a blocking call would continue.
 */
bool goes_on(struct blocking *call, ssize_t last, size_t done, size_t asked);

/*
 * Called after an attempt that failed. Returns false at once, with errno untouched, unless errno is EAGAIN, the call is
 * green and the caller left the descriptor blocking. Otherwise parks until call->fd is ready and returns true: attempt
 * again. Returns false with errno set if the wait ended for another reason: EAGAIN (SO_RCVTIMEO, SO_SNDTIMEO, or
 * until.deadline has passed), EINTR, ECANCELED, EBADF. The kernel checks the object once more before it gives up for a
 * signal or a timeout: so EAGAIN and EINTR are returned after another attempt, for which call->over is set. If the
 * descriptor was closed meanwhile, call->fd is a duplicate for the same file, and the next attempt uses it. At the end
 * the caller calls settled() or leave_file().
 */
bool park_until_ready(struct blocking *call);

/* False if SO_RCVTIMEO, or SO_SNDTIMEO, is certainly not set. Another process may set it on a shared socket. */
static inline bool may_have_time_limit(const struct blocking *call)
{
	uint32_t limited = call->events & POLLIN ? FD_RCVTIMEO : FD_SNDTIMEO;

	return call->traits & FD_PRIVATE ? call->traits & limited : call->traits & FD_SOCKET;
}

/* The slow path of find_time_limit(), for a socket that may have one. */
void ask_time_limit(struct blocking *call);

/*
 * For a call on a socket that is about to wait: its time limit, SO_RCVTIMEO or SO_SNDTIMEO, becomes until.deadline, and
 * a call with a limit is not restarted after a signal. The limit counts from the first call of this function.
 * park_until_ready() calls it; a caller that waits in another way calls it itself.
 */
static inline void find_time_limit(struct blocking *call)
{
	if (!call->waited && unlikely(may_have_time_limit(call)))
		ask_time_limit(call);
	call->waited = true;
}

/*
 * park_until_ready(call) for a call that also continues to use the file of `other`: if that descriptor is closed
 * meanwhile, `other` continues with a duplicate. The caller must call leave_file(other) at the end.
 */
bool park_holding(struct blocking *call, struct blocking *other);

/* The same call waiting at another descriptor, about which nothing is noted. */
static inline struct blocking blocking_elsewhere(const struct blocking *call, int fd)
{
	struct blocking elsewhere = *call;

	elsewhere.fd = fd;
	elsewhere.entry = NULL;
	elsewhere.kept_fd = 0;
	return elsewhere;
}

/*
 * The same for poll and similar calls, after an attempt that found nothing: parks until one of n descriptors is ready
 * and returns 1; returns 0 if the wait has ended by the deadline or a signal, and the next attempt is the last; -1 with
 * errno set (ECANCELED, ENOMEM). A descriptor that is closed meanwhile counts as ready. Must only be called if
 * goes_native() returned false.
 */
int park_until_any(struct blocking *call, const struct pollfd *fds, nfds_t n);

/* The result if the last attempt found nothing either: 0 if the deadline has passed, otherwise -1 with errno EINTR. */
static inline int nothing_came(const struct blocking *call)
{
	if (call->over != EINTR)
		return 0;
	errno = EINTR;
	return -1;
}

/* For a poll without waiting that has found this much: yields to other greenlets, and settles the call. */
int found_at_once(struct blocking *call, int found);

/*
 * The same without descriptors: returns ETIMEDOUT if the deadline has passed, EINTR, ECANCELED, or 0 for a spurious
 * wake-up; preserves errno.
 */
int park_for(struct blocking *call);

/*
 * poll(2) without waiting, for our own use; calls ppoll if a filter refuses poll. Returns as poll does; -1 only if both
 * are refused.
 */
int poll_now(struct pollfd *fds, nfds_t n);

/*
 * Runs job(arg) on an offload thread while the greenlet is parked, and counts it; see offload(). A SIGPIPE or SIGXFSZ
 * that it causes is sent to the caller.
 */
void run_offloaded(struct blocking *call, void (*job)(void *arg), void *arg);

/* The same for a job that surely ends, and soon: disk, file server; see offload_brief(). */
void run_offloaded_briefly(struct blocking *call, void (*job)(void *arg), void *arg);

/*
 * The same by the kernel's io_uring; see ring_carries_out(). Returns false if the ring could not make the call: an
 * offload thread must then make it, and nothing has been done yet.
 */
bool is_made_by_ring(struct blocking *call, const struct io_uring_sqe *request, long *result);

/*
 * The same for a call that may wait for ever, as call->until says; see offload_until(). Returns false with errno set if
 * the job was abandoned; arg then no longer belongs to the caller.
 */
bool finishes_offloaded(struct blocking *call, void (*job)(void *arg), void (*drop)(void *arg), void *arg);

/*
 * Makes the system call on an offload thread while the greenlet is parked, and counts it. What ends the wait, as
 * call->until says, ends the call: see make_long_call(). If no offload thread is available, the greenlet makes the call
 * again and again without waiting. Returns as syscall(2) does.
 */
long make_call_offloaded(struct blocking *call, const long number_and_arguments[7]);

/* Adds and removes traits of call->fd, also in the call itself, which does not read them again. */
void note_call(struct blocking *call, uint32_t set, uint32_t clear);

/* After park_on_fd(): continues with the file that was closed during the call, or starts again as signal(7) says. */
void follow_file(struct blocking *call);

/* Gives up the duplicate with which the call has continued, if there is one. Preserves errno. */
void leave_kept_file(struct blocking *call);

static inline void leave_file(struct blocking *call)
{
	if (unlikely(call->kept_fd))
		leave_kept_file(call);
}

/*
 * After a write on fd that has failed with errno, by a greenlet that blocks a signal of EARNED. An ignored signal stays
 * pending for a thread that blocks it, but the kernel has dropped it if other greenlets do not block it. Preserves
 * errno.
 */
void keep_ignored_signal(int fd);

/* Returns the result of a write; flags are those of send(2). */
static inline ssize_t written_by(int fd, int flags, ssize_t result)
{
	if (unlikely(result < 0) && self && unlikely(self->sig.blocked & EARNED) && !(flags & MSG_NOSIGNAL))
		keep_ignored_signal(fd);
	return result;
}

/*
 * Called at the end of a call that may have made threads ready: threads of a higher priority than the caller run before
 * it returns, as sched(7) says.
 */
static inline void let_urgent_run(void)
{
	if (unlikely(is_outranked()))
		give_way_to_urgent();
}

/* The same if those threads may wait for a descriptor or a signal, which only the loop can find out. */
static inline void let_urgent_look(void)
{
	if (unlikely(is_outranked()))
		poll_for_urgent();
}

/*
 * The end of a call: restores the caller's errno if result is not a failure, and ends the greenlet if result is that of
 * a cancelled one. Returns result.
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
