#include "blocking.h"
#include "linger.h"
#include "options.h"
#include "runtime/io/ring.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/mask.h"
#include "runtime/sched/preempt.h"
#include "runtime/sched/take_signals.h"
#include "runtime/signal/dispatch.h"
#include "runtime/sys/refusal.h"
#include "send_signal.h"
#include "stats.h"
#include <sys/time.h>

/* The traits of a descriptor on which a call is made as it is: it never waits, or the program does not want it to. */
#define NEVER_WAITS (FD_NONBLOCK | FD_PLAIN)

/*
 * A native call may block. The signal of the preemption timer, of which the program knows nothing, must not interrupt
 * it.
 */
static void keep_to_slice(struct hub *hub)
{
	if (hub->alive == 1)
		slices_stop(hub);
	else if (hub->slice.preempt_pending)
		end_slice(hub);
}

void end_if_cancelled_in(enum call call)
{
	if (call_is_point[call] && !self->shield.no_points)
		end_if_cancelled();
	end_if_cancelled_at_once();
}

static bool is_on_what_never_waits(struct blocking *call)
{
	call->entry = fd_entry(call->fd);
	call->traits = entry_learn(call->entry, call->fd);
	return call->traits & NEVER_WAITS;
}

bool goes_native_on_greenlet(struct blocking *call)
{
	if (unlikely(self->hub->slice.is_running))
		keep_to_slice(self->hub);
	if (!has_reason_to_park(self) || self->loading || call_is_off[call->call] || call->dont_wait)
		return true;
	call->errno_before = errno;
	if (call->fd >= 0 && is_on_what_never_waits(call)) {
		errno = call->errno_before;
		return true;
	}
	call->green = true;
	if (torture_strikes(4))
		yield_now();
	return false;
}

static void note(struct blocking *call, uint32_t set, uint32_t clear)
{
	call->traits = (call->traits & ~clear) | set;
	if (call->entry)
		entry_note(call->entry, set, clear);
}

void note_call(struct blocking *call, uint32_t set, uint32_t clear)
{
	call->traits = (call->traits & ~clear) | set;
	if (!call->kept_fd)
		fd_note(call->fd, set, clear);
}

static struct blocking *call_of(struct wait_record *stay)
{
	return (struct blocking *)((char *)stay - offsetof(struct blocking, stay));
}

static void leave_by_jump(struct wait_record *stay)
{
	poller_let_go(call_of(stay)->kept_fd);
}

static void back_to_number(struct blocking *call)
{
	call->fd = call->number;
	call->kept_fd = 0;
}

/* The child has no such duplicate. */
static void go_on_in_child(struct wait_record *stay)
{
	back_to_number(call_of(stay));
	pop_wait(stay);
}

SELDOM void leave_kept_file(struct blocking *call)
{
	int kept_fd = call->kept_fd, before = errno;

	pop_wait(&call->stay);
	back_to_number(call);
	if (poller_leave(kept_fd))
		linger_close_kept(kept_fd);
	errno = before;
}

static void go_on_with(struct blocking *call, int kept_fd)
{
	static const struct wait_cleanup way = {leave_by_jump, go_on_in_child};

	if (call->kept_fd && poller_begins_anew())
		leave_kept_file(call);
	if (!kept_fd)
		return;
	leave_file(call);
	call->number = call->fd;
	call->fd = call->kept_fd = kept_fd;
	call->entry = NULL;
	push_wait(&call->stay, &way);
}

SELDOM void follow_file(struct blocking *call)
{
	go_on_with(call, poller_take_file());
}

void note_progress(struct blocking *call, ssize_t done, size_t asked)
{
	if (done > 0 && (size_t)done < asked && (call->traits & FD_STREAM))
		note(call, full_or_drained(call), 0);
}

bool goes_on(struct blocking *call, ssize_t last, size_t done, size_t asked)
{
	return call->green && last > 0 && done < asked;
}

SELDOM void ask_time_limit(struct blocking *call)
{
	int option = call->events & POLLIN ? SO_RCVTIMEO : SO_SNDTIMEO;
	struct timeval limit = {0};
	socklen_t length = sizeof(limit);

	if (sys_getsockopt(call->fd, SOL_SOCKET, option, &limit, &length) != 0 || (!limit.tv_sec && !limit.tv_usec))
		return;
	call->until.deadline = nanos_add(
	    clock_now(), nanos_add((nanos)limit.tv_sec * NANOS_PER_SEC, (nanos)limit.tv_usec * NANOS_PER_USEC));
	call->until.on_signal = SIGNAL_ENDS;
	call->until.on_stop = true;
}

/* True if the wait has ended with this error as in the kernel, which then checks once more. */
static bool ends_by_itself(struct blocking *call, int error)
{
	if (error == EINTR)
		call->over = EINTR;
	else if (error == ETIMEDOUT && is_over(&call->until))
		call->over = EAGAIN;
	return call->over;
}

bool park_until_ready(struct blocking *call)
{
	int error;

	if (!call->green || errno != EAGAIN)
		return false;
	if (call->over) {
		errno = call->over;
		return false;
	}
	find_time_limit(call);
	stats_parked(call->call);
	if (unlikely(is_unknown(call->fd, call->traits)) && !call->kept_fd)
		poller_check(call->fd);
	call->until.wakes_first = call->traits & FD_LISTENS;
	error = park_on_fd(call->fd, call->events, &call->until);
	if (unlikely(self->waiter.kept_fd || call->kept_fd))
		follow_file(call);
	if (error && !ends_by_itself(call, error)) {
		errno = error;
		return false;
	}
	note(call, 0, full_or_drained(call));
	return true;
}

bool park_holding(struct blocking *call, struct blocking *other)
{
	struct held_file held;
	bool again;
	int kept_fd;

	if (!call->green || errno != EAGAIN || other->kept_fd)
		return park_until_ready(call);
	poller_hold(&held, other->fd);
	errno = EAGAIN;
	again = park_until_ready(call);
	kept_fd = poller_release(&held);
	if (kept_fd && poller_begins_anew())
		poller_let_go(kept_fd);
	else
		go_on_with(other, kept_fd);
	return again;
}

int park_until_any(struct blocking *call, const struct pollfd *fds, nfds_t n)
{
	uint32_t traits;
	int error;
	nfds_t i;

	call->waited = true;
	stats_parked(call->call);
	for (i = 0; i < n; i++) {
		traits = fd_traits(fds[i].fd);
		if (unlikely(is_unknown(fds[i].fd, traits)))
			poller_check(fds[i].fd);
		call->until.wakes_first |= (traits & FD_LISTENS) != 0;
	}
	error = park_on_fds(fds, n, &call->until);
	if (!error || error == EBADF)
		return 1;
	if (ends_by_itself(call, error))
		return 0;
	errno = error;
	return -1;
}

int poll_now(struct pollfd *fds, nfds_t n)
{
	static const struct timespec no_time;
	int ready = libc.poll(fds, n, 0);

	return ready < 0 && is_refusal(errno) ? libc.ppoll(fds, n, &no_time, NULL) : ready;
}

int found_at_once(struct blocking *call, int found)
{
	if (found >= 0)
		give_way(found == 0);
	return (int)settled(call, found);
}

int park_for(struct blocking *call)
{
	if (!call->waited)
		stats_parked(call->call);
	call->waited = true;
	return park(&call->until);
}

/*
 * True if the error is about the ring and not about the call: it must not wait, or does not know such arguments. If the
 * error is the call's own, an offload thread gets it again.
 */
static bool is_of_ring(long error)
{
	return error == -EAGAIN || error == -EINTR || error == -EINVAL || error == -EOPNOTSUPP;
}

/*
 * No handler runs while a call is made elsewhere: handlers of signals that have arrived meanwhile run before it
 * returns.
 */
static void take_late_signals(void)
{
	if (self && has_signals(self))
		take_signals(self);
}

bool is_made_by_ring(struct blocking *call, const struct io_uring_sqe *request, long *result)
{
	stats_waits_in(call->call);
	if (!ring_carries_out(request, result) || is_of_ring(*result))
		return false;
	stats_ringed(call->call);
	take_late_signals();
	return true;
}

bool finishes_offloaded(struct blocking *call, void (*job)(void *arg), void (*drop)(void *arg), void *arg)
{
	int error;

	stats_helped(call->call);
	error = offload_until(job, drop, arg, &call->until);
	if (error)
		errno = error;
	return !error;
}

/*
 * Excludes what can fail with the same errno without a signal: a datagram, a file that is too large for its file
 * system.
 */
static bool has_earned(int fd, int signo)
{
	if (signo == SIGPIPE)
		return fd_learn(fd) & FD_STREAM;
	return sys_limit(RLIMIT_FSIZE) != RLIM_INFINITY;
}

void keep_ignored_signal(int fd)
{
	int error = errno, signo = error == EPIPE ? SIGPIPE : error == EFBIG ? SIGXFSZ : 0;
	uint64_t open = self->sig.blocked & ~self->hub->sig.kernel_mask;
	siginfo_t info = {.si_signo = signo, .si_code = SI_USER};
	struct sigaction action;

	if (signo && open & signal_bit(signo) && libc.sigaction(signo, NULL, &action) == 0 &&
	    action.sa_handler == SIG_IGN && has_earned(fd, signo)) {
		info.si_pid = sys_getpid();
		info.si_uid = (uid_t)raw_syscall(SYS_getuid, 0, 0, 0, 0, 0, 0);
		pending_add(&self->sig.pending, signo, &info);
	}
	errno = error;
}

struct helper_call {
	void (*job)(void *arg);
	void *arg;
	int signo; /* 0: none */
};

/* Some calls send a signal to the thread that makes them. It is pending here, because that thread blocks it. */
static int take_signal_of_call(void)
{
	const uint64_t wanted = EARNED;
	const struct timespec no_time = {0, 0};
	uint64_t pending = 0;

	raw_syscall(SYS_rt_sigpending, (long)&pending, sizeof(pending), 0, 0, 0, 0);
	if (!(pending & wanted))
		return 0;
	return (int)raw_syscall(SYS_rt_sigtimedwait, (long)&wanted, 0, (long)&no_time, sizeof(wanted), 0, 0);
}

static void make_call(void *arg)
{
	struct helper_call *helped = arg;

	const uint64_t earned = EARNED;
	uint64_t before = 0;

	/* An offload thread blocks all signals. If none is available the hub makes the call. */
	if (hub_running)
		raw_syscall(SYS_rt_sigprocmask, SIG_BLOCK, (long)&earned, (long)&before, sizeof(before), 0, 0);
	helped->job(helped->arg);
	helped->signo = self ? 0 : take_signal_of_call();
	if (hub_running)
		raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&before, 0, sizeof(before), 0, 0);
}

static void call_by(
    void (*way)(void (*job)(void *arg), void *arg), struct blocking *call, void (*job)(void *arg), void *arg)
{
	struct helper_call helped = {.job = job, .arg = arg};

	stats_helped(call->call);
	way(make_call, &helped);
	if (helped.signo > 0)
		raise_here(helped.signo);
	take_late_signals();
}

void run_offloaded(struct blocking *call, void (*job)(void *arg), void *arg)
{
	call_by(offload_wait, call, job, arg);
}

void run_offloaded_briefly(struct blocking *call, void (*job)(void *arg), void *arg)
{
	call_by(offload_brief, call, job, arg);
}
