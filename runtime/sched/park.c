#include "park.h"
#include "handlers.h"
#include "hub.h"
#include "mask.h"
#include "runtime/sys/defer.h"
#include "runtime/sys/torture.h"
#include "take_signals.h"
#include "wait_cleanup.h"
#include <errno.h>

const struct wait_options wait_forever = {.deadline = FOR_EVER, .on_signal = SIGNAL_PASSES};
const struct wait_options wait_forever_interruptibly = {.deadline = FOR_EVER, .on_signal = SIGNAL_ENDS};
const struct wait_options wait_forever_uninterruptibly = {.deadline = FOR_EVER, .uninterruptible = true};

void (*end_cancelled)(void);

/* Whether it was the end of the greenlet's own time is noted for green_timeout_end(). */
static void time_is_up(struct timer *timer)
{
	struct greenlet *g = (struct greenlet *)((char *)timer - offsetof(struct greenlet, wait.timer));

	if (timer->deadline == g->wait.limit)
		g->wait.overran = true;
	wake(g, ETIMEDOUT);
}

/*
 * Most waits have neither deadline nor mask, and a parked greenlet's frames are memory that each wait touches: what the
 * others need stays out of them.
 */
static __attribute__((noinline)) void start_timer(struct greenlet *me, nanos deadline)
{
	me->wait.timer.fire = time_is_up;
	timer_start(&me->hub->io.timers, &me->wait.timer, deadline);
}

/*
 * A switch makes the processor guess wrongly where the functions return to that it is called from: so there are few.
 */
#define PART_OF_PARK static inline __attribute__((always_inline))

/* What the greenlet's own time limit leaves of the wait. */
PART_OF_PARK nanos deadline_of(const struct greenlet *me, const struct wait_options *until)
{
	return me->wait.limit < until->deadline && !until->uninterruptible ? me->wait.limit : until->deadline;
}

static __attribute__((noinline)) int time_is_over(struct greenlet *me, nanos deadline)
{
	if (deadline == me->wait.limit)
		me->wait.overran = true;
	return ETIMEDOUT;
}

PART_OF_PARK int wait_as_it_is(struct greenlet *me, const struct wait_options *until)
{
	nanos deadline = deadline_of(me, until);

	me->wait.on_signal = (uint8_t)until->on_signal;
	me->wait.outcome = 0;
	me->wait.options = until;
	me->wait.parked_at = me->hub->loop_now;
	me->state = until->uninterruptible ? PARKED_UNKILLABLE : PARKED;
	if (deadline != FOR_EVER)
		start_timer(me, deadline);
	switch_away();
	if (me->wait.timer.place)
		timer_stop(&me->hub->io.timers, &me->wait.timer);
	return me->wait.outcome;
}

/* Ends a wait that has come to this outcome: the handlers of signals that came meanwhile run before it does. */
PART_OF_PARK int wait_ended(struct greenlet *me, const struct wait_options *until, int outcome)
{
	if (has_signals(me))
		take_signals(me);
	return handlers_end_wait(me, until->on_signal) && !outcome ? EINTR : outcome;
}

/*
 * What the mask alone lets through is taken before the wait, and what comes meanwhile is left for the next time: for
 * if the caller finds what it has waited for, the signal is to come after.
 */
static __attribute__((noinline)) int wait_with_mask(struct greenlet *me, const struct wait_options *until)
{
	uint64_t before = me->sig.blocked;
	int error;

	change_mask(me, signal_bits(until->mask));
	error = wait_ended(me, until, 0);
	if (!error) {
		error = wait_as_it_is(me, until);
		note_mask(me, me->sig.blocked | before);
		error = wait_ended(me, until, error);
	}
	change_mask(me, before);
	if (has_signals(me))
		take_signals(me);
	return error;
}

PART_OF_PARK int wait_until(struct greenlet *me, const struct wait_options *until)
{
	nanos deadline = deadline_of(me, until);

	if (deadline != FOR_EVER && deadline <= clock_now()) {
		give_way(true);
		return time_is_over(me, deadline);
	}
	if (has_signals(me)) {
		take_signals(me);
		return 0; /* the handlers may have changed what is waited for, or have forked */
	}
	atomic_store_explicit(&me->sig.interrupted, 0, memory_order_relaxed);
	if (until->mask)
		return wait_with_mask(me, until);
	return wait_ended(me, until, wait_as_it_is(me, until));
}

bool ends_wait(const struct greenlet *g, const struct wait_options *until)
{
	if (until->uninterruptible)
		return false;
	if ((g->cancel.killed && !g->shield.depth) || is_to_be_cancelled_at_once(g))
		return true;
	return !until->no_point && !g->shield.no_points && is_to_be_cancelled(g);
}

/* An uninterruptible wait, and those around it that a handler has interrupted, are left before the frames are unwound.
 */
static void end_at_once(struct greenlet *me)
{
	me->cancel.is_exiting = true;
	abandon_waits(0);
	end_cancelled();
}

/* Before and after the wait of one that was killed or cancelled. Returns what the wait comes to. */
static __attribute__((noinline)) int heed_end(struct greenlet *me, const struct wait_options *until, int outcome)
{
	if (until->uninterruptible && !until->is_held && is_to_be_cancelled_at_once(me))
		end_at_once(me);
	return ends_wait(me, until) ? ECANCELED : outcome;
}

int park(const struct wait_options *until)
{
	struct greenlet *me = self;
	int error = 0;

	if (!until)
		until = &wait_forever;
	if (__builtin_expect(me->cancel.killed | me->cancel.cancelled, 0)) {
		error = heed_end(me, until, 0);
		if (error)
			return error;
	}
	if (torture_strikes(8))
		yield_now();
	else
		error = wait_until(me, until);
	return __builtin_expect(me->cancel.cancelled, 0) ? heed_end(me, until, error) : error;
}

void park_new(struct greenlet *g, nanos deadline)
{
	g->state = PARKED;
	g->wait.options = &wait_forever;
	g->wait.on_signal = SIGNAL_PASSES;
	g->wait.timer.fire = time_is_up;
	timer_start(&g->hub->io.timers, &g->wait.timer, deadline);
}

void park_uninterruptibly(void)
{
	self->wait.options = &wait_forever;
	self->wait.parked_at = self->hub->loop_now;
	self->state = PARKED_UNINTERRUPTIBLY;
	switch_away();
}

static void wake_here(struct greenlet *g, int outcome)
{
	defer_signals();
	wake(g, outcome);
	resume_signals();
}

void unpark(struct greenlet *g)
{
	bool is_ours = (self && self->hub == g->hub) || hub_running == g->hub;

	if (is_ours && !is_in_handler())
		wake_here(g, 0);
	else
		remote_wake(g);
}

void end_wait(struct greenlet *g)
{
	bool is_ours = (self && self->hub == g->hub) || hub_running == g->hub;

	if (is_ours && !is_in_handler())
		wake_here(g, g->state == PARKED && ends_wait(g, g->wait.options) ? ECANCELED : 0);
	else
		remote_wake(g);
}

static __attribute__((noinline)) void yield_with_care(struct greenlet *me)
{
	if (has_signals(me))
		take_signals(me);
	make_ready_to_yield(me);
	switch_away();
	if (has_signals(me))
		take_signals(me);
}

/* How many calls that find nothing go by before a look at the loop, which costs as much as some of them. */
#define IDLE_CALLS 8

void give_way(bool found_nothing)
{
	struct hub *hub = self->hub;
	const struct greenlet *first = hub->ready.first;

	if (first && first->prio.is_preempted)
		return; /* the time slices see to that one */
	if (!first && found_nothing && ++hub->idle_calls >= IDLE_CALLS) {
		hub->idle_calls = 0;
		poll_soon(hub);
	}
	yield_now();
}

/* A greenlet of green_spawn() runs until it waits. */
static bool can_be_interrupted(const struct greenlet *me)
{
	return me->prio.sliced && !me->loading && !is_in_handler();
}

static void run_after_urgent(struct greenlet *me)
{
	make_ready_first(me);
	switch_away();
	if (has_signals(me))
		take_signals(me);
}

void give_way_to_urgent(void)
{
	struct greenlet *me = self;
	const struct greenlet *first = me ? me->hub->ready.first : NULL;

	if (first && first->prio.urgency > me->prio.urgency && can_be_interrupted(me))
		run_after_urgent(me);
}

void poll_for_urgent(void)
{
	struct greenlet *me = self;

	if (!me || !can_be_interrupted(me))
		return;
	poll_soon(me->hub);
	run_after_urgent(me);
}

/* Signals that arrive after the check are taken the next time. */
void yield_now(void)
{
	struct greenlet *me = self;

	if (__builtin_expect(
		me->hub->urgent || atomic_load_explicit(&me->hub->sig.needs_care, memory_order_relaxed), 0)) {
		yield_with_care(me);
		return;
	}
	make_ready(me);
	switch_away();
}
