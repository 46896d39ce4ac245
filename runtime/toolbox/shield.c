/* Sections that neither a kill nor a timeout ends. */
#include "runtime/lifecycle/greenlet.h"
#include "runtime/sys/fail.h"

int green_shield_begin(void)
{
	struct greenlet *me = self;

	if (!me)
		return fail(EINVAL);
	if (!me->shields++) {
		me->unshielded_limit = me->limit;
		me->limit = FOR_EVER;
	}
	return 0;
}

int green_shield_end(void)
{
	struct greenlet *me = self;

	if (!me || !me->shields)
		return fail(EINVAL);
	if (!--me->shields)
		me->limit = me->unshielded_limit;
	return 0;
}
