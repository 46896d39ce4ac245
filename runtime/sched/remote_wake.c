/* What other OS threads and signal handlers leave for a hub. */
#include "arch.h"
#include "hub.h"
#include "park.h"
#include <errno.h>

void knock(struct hub *hub)
{
	uint64_t one = 1;

	if (!atomic_exchange(&hub->knocked, true))
		sys_write(hub->knock_to, &one, sizeof(one));
}

void post(struct greenlet *g)
{
	struct hub *hub = g->hub;
	struct greenlet *first;

	if (atomic_exchange(&g->posted, 1))
		return;
	first = atomic_load(&hub->inbox);
	do
		g->inbox_next = first;
	while (!atomic_compare_exchange_weak(&hub->inbox, &first, g));
	knock(hub);
}

/* A firm park is ended by an unpark() alone; that may be what was posted, even if a kill came before. */
static int outcome_of_post(const struct greenlet *g)
{
	return g->state == PARKED && ends_wait(g, g->until) ? ECANCELED : 0;
}

void take_inbox(struct hub *hub)
{
	struct greenlet *g = atomic_exchange(&hub->inbox, NULL), *in_order = NULL, *next;

	for (; g; g = next) {
		next = g->inbox_next;
		g->inbox_next = in_order;
		in_order = g;
	}
	for (g = in_order; g; g = next) {
		next = g->inbox_next;
		atomic_store(&g->posted, 0);
		wake(g, outcome_of_post(g));
	}
}

void call_lines_later(void)
{
	struct hub *hub = self ? self->hub : any_hub();

	if (!hub)
		return;
	atomic_store(&hub->lines_to_call, true);
	knock(hub);
}
