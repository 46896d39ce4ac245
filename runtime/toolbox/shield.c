/* Sections that neither a kill nor a timeout ends. */
#include "runtime/lifecycle/greenlet.h"
#include "runtime/sys/fail.h"

int green_shield_begin(void)
{
	struct greenlet *me = self;

	if (!me)
		return fail(EINVAL);
	if (!me->shield.depth++) {
		me->shield.limit = me->wait.limit;
		me->wait.limit = FOR_EVER;
	}
	return 0;
}

int green_shield_end(void)
{
	struct greenlet *me = self;

	if (!me || !me->shield.depth)
		return fail(EINVAL);
	if (!--me->shield.depth)
		me->wait.limit = me->shield.limit;
	return 0;
}
