#include "runtime/lifecycle/greenlet.h"
#include "runtime/lifecycle/hub_start.h"
#include "runtime/sys/fail.h"
#include <math.h>

int green_timeout_begin(struct green_timeout *timeout, double seconds)
{
	struct greenlet *me = self;

	if (!timeout || isnan(seconds))
		return fail(EINVAL);
	if (!me && !hub_start())
		return -1;
	me = self;
	timeout->greenlet = me;
	timeout->deadline = deadline_after(seconds);
	timeout->outer = me->timeouts;
	timeout->outer_limit = me->wait.limit;
	me->timeouts = timeout;
	if (timeout->deadline < me->wait.limit)
		me->wait.limit = timeout->deadline;
	return 0;
}

int green_timeout_end(struct green_timeout *timeout)
{
	struct greenlet *me = self;
	bool has_ended_calls;

	if (!timeout || !me || timeout->greenlet != me || me->timeouts != timeout)
		return fail(EINVAL);
	/*
	 * A timeout that was set inside a shield takes over the limit from there. An outer timeout with the same
	 * deadline continues.
	 */
	has_ended_calls = me->wait.overran && timeout->deadline == me->wait.limit;
	if (has_ended_calls)
		me->wait.overran = false;
	me->timeouts = timeout->outer;
	me->wait.limit = timeout->outer_limit;
	timeout->greenlet = NULL;
	return has_ended_calls ? fail(ETIMEDOUT) : 0;
}

double green_time_left(void)
{
	nanos now;

	if (!self || self->wait.limit == FOR_EVER)
		return -1;
	now = clock_now();
	return self->wait.limit > now ? (double)(self->wait.limit - now) / 1e9 : 0;
}

int green_with_timeout(double seconds, green_fn *fn, void *arg, void **result)
{
	struct green_timeout timeout;
	void *value;

	if (!fn)
		return fail(EINVAL);
	if (green_timeout_begin(&timeout, seconds) < 0)
		return -1;
	value = fn(arg);
	if (result)
		*result = value;
	return green_timeout_end(&timeout);
}
