#include "preempt.h"
#include "handlers.h"
#include "hub.h"
#include "mask.h"
#include "nopreempt.h"
#include "park.h"
#include "runtime/sys/cancellable_call.h"
#include "runtime/sys/libc_calls.h"
#include "runtime/sys/refusal.h"
#include "take_signals.h"
#include "wait_cleanup.h"
#include <errno.h>
#include <stdlib.h>
#include <ucontext.h>

/* So many switches from one tick to the next. */
#define LIVELY 16

#define RETRY_AFTER  (100 * NANOS_PER_USEC)
#define MOST_RETRIES 30

nanos slice_length = 5 * NANOS_PER_MSEC;
void (*after_slice)(void);
void *(*find_allocator)(void);

static int the_signal;               /* 0: none could be had; offload threads load it, too */
static void (*programs_action)(int); /* for it: SIG_DFL or SIG_IGN */
static bool is_prepared;

static void set_signal(int signo)
{
	__atomic_store_n(&the_signal, signo, __ATOMIC_RELAXED);
}

/*
 * The timer ticks whichever greenlet runs. Where greenlets switch so quickly, none needs to be interrupted, least of
 * all one that has just begun; and what they have not yet taken up the loop would find again.
 */
static bool is_lively(struct hub *hub)
{
	uint64_t turns = hub->switches - hub->slice.ticked;

	hub->slice.ticked = hub->switches;
	return turns >= LIVELY;
}

static void set_retry(struct hub *hub, nanos after)
{
	const struct itimerspec spec = {.it_value = {0, (long)after}};

	sys_timer_settime(hub->slice.retry_timer, &spec);
}

/* Where a slice could not end it can some moments later, most likely; the timer itself is as coarse as the kernel's. */
static void retry(struct hub *hub)
{
	if (hub->slice.retries++ < MOST_RETRIES)
		set_retry(hub, RETRY_AFTER);
}

/* It counts real time, and must not end a call that the program makes. */
static void stop_retrying(struct hub *hub)
{
	if (hub->slice.retries)
		set_retry(hub, 0);
	hub->slice.retries = 0;
}

/*
 * With a real-time priority the queue decides which greenlet is next, which may be the caller. The others yield twice:
 * the poll in between may make more of them ready.
 */
void end_slice(struct hub *hub)
{
	struct greenlet *me = self;

	stop_retrying(hub);
	hub->slice.preempt_pending = false;
	hub->poll_budget = 1; /* it was long: the loop is to be looked at */
	if (me->prio.urgency) {
		if (is_first_in_first_out(me))
			make_ready_first(me);
		else
			make_ready(me);
		switch_away();
		return;
	}
	yield_now();
	if (hub->ready.first)
		yield_now();
}

static void interrupt(struct greenlet *me, ucontext_t *context)
{
	int before = errno;

	me->hub->slice.count++;
	me->prio.is_preempted = true;
	end_slice(me->hub);
	me->prio.is_preempted = false;
	if (has_signals(me))
		take_signals(me);
	return_as_now(me->hub, context);
	errno = before;
	if (after_slice)
		after_slice();
}

/* What the timers tell the handler. */
enum { OF_SLICE, OF_RETRY, OF_WAIT };

#define TURN (2 * NANOS_PER_MSEC)

/* A wait that is made on the greenlet itself, see wait_in_turns(). */
struct turns {
	struct wait_record stay; /* first */
	int timer;               /* the kernel's number */
};

static void end_turns(struct wait_record *stay)
{
	self->wait.in_turns = false;
	sys_timer_delete(((struct turns *)stay)->timer);
}

static const struct wait_cleanup out_of_turns = {.abandon = end_turns};

static bool begin_turns(struct turns *turns)
{
	const struct itimerspec every = {{0, (long)TURN}, {0, (long)TURN}};
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = slice_take_signal()};

	turns->timer = 0;
	event.sigev_value.sival_int = OF_WAIT;
	event._sigev_un._tid = os_thread_id();
	if (!event.sigev_signo || sys_timer_create(CLOCK_MONOTONIC, &event, &turns->timer) != 0)
		return false;
	apply_masks(self->hub);
	if (sys_timer_settime(turns->timer, &every) == 0)
		return true;
	sys_timer_delete(turns->timer);
	return false;
}

void wait_in_turns(void (*job)(void *arg), void *arg)
{
	struct turns turns;

	if (!begin_turns(&turns)) {
		job(arg);
		return;
	}
	push_wait(&turns.stay, &out_of_turns);
	self->wait.in_turns = true;
	job(arg);
	if (!was_abandoned(&turns.stay))
		end_turns(&turns.stay);
	pop_wait(&turns.stay);
}

static void let_others_run(struct greenlet *me, ucontext_t *context)
{
	int before = errno;

	me->wait.in_turns = false;
	poll_soon(me->hub);
	yield_now();
	me->wait.in_turns = true;
	return_as_now(me->hub, context);
	errno = before;
}

static bool is_handler(const ucontext_t *context)
{
	handlers_forget(context_sp(context));
	return handlers.count;
}

/* The signal was sent by code that does not know that we use it. */
static void take_stray(void)
{
	const struct sigaction by_default = {.sa_handler = SIG_DFL, .sa_flags = SA_RESTART};
	int signo = the_signal;

	if (programs_action == SIG_IGN)
		return;
	set_signal(0);
	libc_calls.program_sigaction(signo, &by_default, NULL);
	raw_syscall(SYS_tgkill, sys_getpid(), os_thread_id(), signo, 0, 0, 0);
}

/* A retry is for the greenlet that was running. */
static bool slice_is_over(struct hub *hub, bool is_retry)
{
	if (is_retry)
		return hub->slice.ticked == hub->switches;
	stop_retrying(hub);
	return !is_lively(hub);
}

static void on_slice_end(int signo, siginfo_t *info, void *context)
{
	bool may_stop = !is_in_nopreempt_code(context_pc(context));
	struct greenlet *me = self;

	note_handler(signo);
	if (leave_cancellable_call(context))
		return;
	if (info->si_code != SI_TIMER) {
		take_stray();
	} else if (info->si_value.sival_int == OF_WAIT) {
		if (me && me->wait.in_turns && !is_handler(context))
			let_others_run(me, context);
	} else if (me && slice_is_over(me->hub, info->si_value.sival_int)) {
		me->hub->slice.preempt_pending = true;
		if (!me->prio.sliced || me->loading)
			return;
		if (may_stop && !is_handler(context))
			interrupt(me, context);
		else
			retry(me->hub);
	}
}

bool slice_handles(const struct sigaction *action)
{
	return (action->sa_flags & SA_SIGINFO) && action->sa_sigaction == on_slice_end;
}

int slice_signal(void)
{
	return __atomic_load_n(&the_signal, __ATOMIC_RELAXED);
}

/*
 * Whether it can be sent at all: an emulator (qemu) has the last two for itself, and takes actions for them all the
 * same. A timer that never runs tells.
 */
static bool can_be_sent(int signo)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = signo};
	int timer = 0, error = sys_timer_create(CLOCK_MONOTONIC, &event, &timer);

	if (error == 0)
		sys_timer_delete(timer);
	return error != -EINVAL;
}

/* The highest for which the program has this action. */
static int take_signal_with(void (*action)(int))
{
	struct sigaction ours = {.sa_sigaction = on_slice_end, .sa_flags = SA_SIGINFO | SA_RESTART | SA_NODEFER}, now;
	int signo;

	for (signo = SIGRTMAX; signo >= SIGRTMIN; signo--) {
		if (signo == the_signal || libc_calls.sigaction(signo, NULL, &now) != 0 ||
		    (now.sa_flags & SA_SIGINFO) || now.sa_handler != action || !can_be_sent(signo) ||
		    libc_calls.sigaction(signo, &ours, NULL) != 0)
			continue;
		programs_action = action;
		return signo;
	}
	return 0;
}

/* An ignored one is the second choice: it would not be ignored any more in a program that is executed. */
static int take_signal(void)
{
	int signo = take_signal_with(SIG_DFL);

	return signo ? signo : take_signal_with(SIG_IGN);
}

int slice_take_signal(void)
{
	if (!the_signal)
		set_signal(take_signal());
	return the_signal;
}

static void prepare(void *allocator)
{
	is_prepared = true;
	nopreempt_learn(allocator);
	slice_take_signal();
}

static bool make_timers(struct hub *hub)
{
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = the_signal};

	event._sigev_un._tid = os_thread_id();
	if (sys_timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &hub->slice.timer) != 0)
		return false;
	event.sigev_value.sival_int = OF_RETRY;
	if (sys_timer_create(CLOCK_MONOTONIC, &event, &hub->slice.retry_timer) != 0) {
		sys_timer_delete(hub->slice.timer);
		return false;
	}
	hub->slice.retries = 0;
	apply_masks(hub);
	return true;
}

bool slices_can_start(void)
{
	static const struct itimerspec never;
	struct sigevent event = {.sigev_notify = SIGEV_NONE};
	int timer = 0, error;

	if (!slice_length || (self && self->hub->slice.has_timers))
		return true;
	if (was_refused(REFUSED_TIMER))
		return false;
	error = sys_timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &timer);
	if (!error) {
		error = sys_timer_settime(timer, &never);
		sys_timer_delete(timer);
	}
	if (is_refusal(-error))
		note_refusal(REFUSED_TIMER);
	return !error;
}

static void set_timer(struct hub *hub, nanos length)
{
	struct timespec t = {(time_t)(length / NANOS_PER_SEC), (long)(length % NANOS_PER_SEC)};
	struct itimerspec spec = {t, t};

	hub->slice.is_running = sys_timer_settime(hub->slice.timer, &spec) == 0 && length;
}

void slices_start(struct hub *hub)
{
	if (hub->slice.is_running || !slice_length)
		return;
	if (!is_prepared)
		prepare(find_allocator());
	if (!the_signal || (!hub->slice.has_timers && !(hub->slice.has_timers = make_timers(hub))))
		return;
	set_timer(hub, slice_length);
}

void slices_stop(struct hub *hub)
{
	set_timer(hub, 0);
	stop_retrying(hub);
	hub->slice.preempt_pending = false;
}

static void forget_timer(struct hub *hub, void *unused)
{
	(void)unused;
	if (hub->slice.has_timers) {
		sys_timer_delete(hub->slice.timer);
		sys_timer_delete(hub->slice.retry_timer);
	}
	hub->slice.has_timers = false;
	hub->slice.is_running = false;
}

void slices_move(void)
{
	int before = the_signal;
	bool sliced = is_prepared;

	for_each_hub(forget_timer, NULL);
	set_signal(take_signal());
	move_cancellable_calls(before);
	if (self && sliced)
		slices_start(self->hub);
}

void slice_show(struct sigaction *action)
{
	*action = (struct sigaction){.sa_handler = programs_action};
}
