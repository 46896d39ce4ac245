/*
 * Waiting for children. Each call checks first, without waiting; as ever, a child goes to the first caller that takes
 * it. A greenlet that waits for the end of one child parks on its pidfd, any other is in a wait queue (wait_any.c).
 * None of this needs SIGCHLD: the program may block, ignore or handle that.
 */
#include "wait.h"
#include "preload/core/stats.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/take_signals.h"
#include "runtime/signal/dispatch.h"
#include "runtime/sys/refusal.h"
#include "sigchld.h"

/*
 * A pidfd reports only the end of a child. But a tracer also gets the stops of a traced child, asked for or not. A
 * check from time to time finds those: soon at first, as the expected stop mostly comes soon, and later each second.
 */
#define FIRST_LOOK (20 * NANOS_PER_MSEC)
#define LAST_LOOK  NANOS_PER_SEC

/* The main thread's wait. Used on its own OS thread only, where a handler may find it. */
static struct child_wait *volatile main_wait;

/* Signal-safe. */
static void look(struct child_wait *wait)
{
	long result, options = wait->options | WNOHANG;
	bool found;

	if (wait->is_wait4) {
		options &= ~WEXITED;
		result = raw_syscall(SYS_wait4, wait->pid, (long)wait->status, options, (long)wait->usage, 0, 0);
		found = result != 0;
	} else {
		result = raw_syscall(
		    SYS_waitid, wait->type, (long)wait->id, (long)wait->info, options, (long)wait->usage, 0);
		found = result != 0 || wait->info->si_pid != 0;
	}
	wait->result = result;
	wait->is_over = found;
}

/*
 * If the handler of SIGCHLD may check, too, it must not do so at the same time: both could find something. A pending
 * SIGCHLD is taken first, because its handler runs before the wait is over. All signals are blocked, because any other
 * handler would return with the greenlets' mask, and so could unblock SIGCHLD.
 */
static void look_alone(struct child_wait *wait)
{
	const uint64_t all = ~0ull;
	uint64_t before = 0;

	if (main_wait != wait) {
		look(wait);
		return;
	}
	take_arrived_signal(self, SIGCHLD);
	raw_syscall(SYS_rt_sigprocmask, SIG_BLOCK, (long)&all, (long)&before, sizeof(before), 0, 0);
	if (!wait->is_over)
		look(wait);
	raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&before, 0, sizeof(before), 0, 0);
}

void take_child_before_handler(void)
{
	struct hub *hub = self ? self->hub : hub_running;
	struct child_wait *wait = main_wait;

	if (!wait || wait->is_over || !hub || !hub->os.is_main || wait->process != sys_getpid())
		return;
	look(wait);
	if (wait->is_over)
		remote_wake(wait->greenlet);
}

/* True for a wait for the end of one child, and nothing else of it. */
static bool can_use_pidfd(const struct child_wait *wait)
{
	return wait->type == P_PID && (wait->options & (WEXITED | WSTOPPED | WCONTINUED)) == WEXITED && !wait->line;
}

static int open_pidfd(pid_t pid)
{
	long fd = raw_syscall(SYS_pidfd_open, pid, 0, 0, 0, 0, 0);

	if (fd < 0 && is_refusal((int)-fd))
		note_refusal(REFUSED_PIDFD);
	return fd < 0 ? -1 : borrow_fd((int)fd);
}

static void close_pidfd(struct child_wait *wait)
{
	if (wait->pidfd < 0)
		return;
	fd_forget(wait->pidfd);
	disown_fd(wait->pidfd);
	wait->pidfd = -1;
}

/* On any other error of the descriptor, it is opened anew; if that fails, the queue takes over. */
static int park_on_pidfd(struct child_wait *wait)
{
	struct wait_options until = wait->call.until;
	int error;

	until.deadline = nanos_add(clock_now(), wait->patience);
	if (wait->patience < LAST_LOOK)
		wait->patience *= 2;
	error = park_on_fd(wait->pidfd, POLLIN, &until);
	if (error == EINTR || error == ECANCELED)
		return error;
	if (error && error != ETIMEDOUT)
		close_pidfd(wait);
	return 0;
}

/*
 * With __WNOTHREAD the children of other OS threads do not count. The queue does not make that difference: if it has
 * woken the waiter and there is nothing to take, the waiter joins again a little later, because the queue would wake it
 * at once. The same holds if no thread watches the queue.
 */
static int rest_from_line(struct child_wait *wait)
{
	struct wait_options until = wait->call.until;
	int error;

	leave_line(wait);
	until.deadline = nanos_add(clock_now(), FIRST_LOOK);
	error = park(&until);
	return error == ETIMEDOUT ? 0 : error;
}

static int wait_for_change(struct child_wait *wait)
{
	if (!wait->is_counted)
		stats_parked(wait->call.call);
	wait->is_counted = true;
	if (wait->pidfd < 0 && can_use_pidfd(wait))
		wait->pidfd = open_pidfd((pid_t)wait->id);
	if (wait->pidfd >= 0)
		return park_on_pidfd(wait);
	return (wait->line && wait->options & __WNOTHREAD) || line_is_unwatched(wait) ? rest_from_line(wait)
										      : wait_in_line(wait);
}

/* As in the kernel, a child that is there is taken even if a handler has run; but not by a cancelled caller. */
static int look_and_wait(struct child_wait *wait)
{
	bool has_parked = false, is_ended;
	int error = 0;

	for (;;) {
		look_alone(wait);
		is_ended = main_wait == wait && handlers_end_wait(self, wait->call.until.on_signal);
		if (is_ended && has_parked && !error)
			error = EINTR;
		if (wait->is_over || error)
			return error;
		error = wait_for_change(wait);
		has_parked = true;
		if (error && error != EINTR)
			return error;
	}
}

static void leave(struct child_wait *wait)
{
	close_pidfd(wait);
	leave_line(wait);
}

/* If the jump does not leave the wait after all, the wait finds itself woken, and begins again. */
static void leave_by_jump(struct wait_record *stay)
{
	struct child_wait *wait = (struct child_wait *)stay;

	leave(wait);
	atomic_store(&wait->is_called, true);
	if (main_wait == wait)
		main_wait = wait->outer;
}

/* The child of a fork may go on with the wait that the fork has interrupted: nothing of the parent's wait remains. */
static void begin_anew(struct wait_record *stay)
{
	struct child_wait *wait = (struct child_wait *)stay;

	wait->process = sys_getpid();
	wait->pidfd = -1;
	wait->line = NULL;
	atomic_store(&wait->is_called, true);
}

static void wait_greenly(struct child_wait *wait)
{
	static const struct wait_cleanup way = {leave_by_jump, begin_anew};
	bool is_main = self->is_main && self->hub->os.is_main;
	int error;

	wait->greenlet = self;
	wait->process = sys_getpid();
	push_wait(&wait->stay, &way);
	if (is_main) {
		wait->outer = main_wait;
		main_wait = wait;
	}
	error = look_and_wait(wait);
	if (main_wait == wait)
		main_wait = wait->outer;
	pop_wait(&wait->stay);
	leave(wait);
	if (!wait->is_over)
		wait->result = -error;
}

long wait_for_children(struct child_wait *wait)
{
	wait->pidfd = -1;
	wait->patience = FIRST_LOOK;
	wait_greenly(wait);
	return settled(&wait->call, with_errno(wait->result));
}
