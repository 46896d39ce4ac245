#include "park.h"
#include "hub.h"
#include "interrupt.h"
#include "torture.h"
#include <errno.h>

static void time_is_up(struct timer *timer)
{
	wake((struct greenlet *)((char *)timer - offsetof(struct greenlet, timer)), ETIMEDOUT);
}

/*
 * Most waits have neither deadline nor mask, and a parked greenlet's frames are memory that each wait touches: what the
 * others need stays out of them.
 */
static __attribute__((noinline)) int start_timer(struct greenlet *me, nanos deadline)
{
	if (deadline <= clock_now())
		return ETIMEDOUT;
	me->timer.fire = time_is_up;
	timer_start(&me->hub->timers, &me->timer, deadline);
	return 0;
}

static int wait_until(struct greenlet *me, const struct until *until)
{
	if (until->deadline != FOR_EVER && start_timer(me, until->deadline) != 0)
		return ETIMEDOUT;
	me->on_signal = (uint8_t)until->on_signal;
	me->outcome = 0;
	atomic_store_explicit(&me->interrupted, 0, memory_order_relaxed);
	me->state = until->firm ? PARKED_FIRMLY : PARKED;
	if (until->mask)
		mask_for_park(me, until->mask);
	switch_away();
	if (until->mask)
		unmask_after_park(me);
	if (me->timer.place)
		timer_stop(&me->hub->timers, &me->timer);
	if (me->directed && take_directed_signals(me) && !me->outcome)
		return EINTR;
	return me->outcome;
}

int park(const struct until *until)
{
	static const struct until for_ever = {.deadline = FOR_EVER, .on_signal = SIGNAL_PASSES};
	struct greenlet *me = self;

	if (!until)
		until = &for_ever;
	if (must_end(me) && !until->firm)
		return ECANCELED;
	if (torture_strikes(8)) {
		yield_turn();
		return must_end(me) && !until->firm ? ECANCELED : 0;
	}
	return wait_until(me, until);
}

void park_firmly(void)
{
	self->state = PARKED_FIRMLY;
	switch_away();
}

void unpark(struct greenlet *g)
{
	bool is_ours = (self && self->hub == g->hub) || hub_running == g->hub;

	if (is_ours && !handlers_running)
		wake(g, 0);
	else
		post(g);
}

void end_wait(struct greenlet *g)
{
	bool is_ours = (self && self->hub == g->hub) || hub_running == g->hub;

	if (is_ours && !handlers_running)
		wake(g, ECANCELED);
	else
		post(g);
}

void yield_turn(void)
{
	make_ready(self);
	switch_away();
}
