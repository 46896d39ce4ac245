/* The end of a greenlet, as others see it and bring it about. */
#include "exit.h"
#include "greenlet.h"
#include "handle.h"
#include "runtime/sched/park.h"
#include "runtime/sys/fail.h"
#include <math.h>

static int wait_for_end(struct greenlet *g, double timeout)
{
	struct wait_options until = {.deadline = deadline_after(timeout),
	    .on_signal = SIGNAL_ENDS,
	    .is_inside = true,
	    .what = END_OF,
	    .object = g};
	int error = 0;

	g->life.joiner = self;
	while (g->state != ENDED && !error)
		error = park(&until);
	g->life.joiner = NULL;
	return g->state == ENDED ? 0 : error;
}

int green_join(green_t *g, double timeout, void **result)
{
	int error;

	check_handle(g);
	if (g && g == self)
		return fail(EDEADLK);
	if (!g || !self || g->hub != self->hub || g->life.detached || g->life.joiner || g->is_main || isnan(timeout))
		return fail(EINVAL);
	error = wait_for_end(g, timeout);
	if (error)
		return fail(error);
	if (result)
		*result = g->life.value;
	g->life.detached = 1;
	release_greenlet(g);
	return 0;
}

int green_detach(green_t *g)
{
	check_handle(g);
	if (!g || g->life.detached || g->life.joiner || g->is_main || !self || g->hub != self->hub)
		return fail(EINVAL);
	g->life.detached = 1;
	release_greenlet(g);
	return 0;
}

int green_kill(green_t *g)
{
	check_handle(g);
	if (!g)
		return fail(EINVAL);
	if (g->is_main)
		return fail(EPERM);
	atomic_store(&g->cancel.killed, 1);
	if (atomic_load(&g->life.ended)) /* the state is for its own OS thread */
		return 0;
	end_wait(g);
	return 0;
}
