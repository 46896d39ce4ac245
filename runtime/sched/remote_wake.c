/* What other OS threads and signal handlers leave for a hub. */
#include "arch.h"
#include "hub.h"
#include "park.h"
#include <errno.h>

void wake_hub(struct hub *hub)
{
	uint64_t one = 1;

	if (!atomic_exchange(&hub->remote.is_sent, true))
		sys_write(hub->remote.write_fd, &one, sizeof(one));
}

void remote_wake(struct greenlet *g)
{
	struct hub *hub = g->hub;
	struct greenlet *first;

	if (atomic_exchange(&g->remote.is_queued, 1))
		return;
	first = atomic_load(&hub->remote.queue);
	do
		g->remote.next = first;
	while (!atomic_compare_exchange_weak(&hub->remote.queue, &first, g));
	wake_hub(hub);
}

/* An uninterruptible park is ended by unpark() alone; that may be what was queued, even if a kill came before. */
static int outcome_of_remote_wake(const struct greenlet *g)
{
	return g->state == PARKED && ends_wait(g, g->wait.options) ? ECANCELED : 0;
}

void take_remote_queue(struct hub *hub)
{
	struct greenlet *g = atomic_exchange(&hub->remote.queue, NULL), *in_order = NULL, *next;

	for (; g; g = next) {
		next = g->remote.next;
		g->remote.next = in_order;
		in_order = g;
	}
	for (g = in_order; g; g = next) {
		next = g->remote.next;
		atomic_store(&g->remote.is_queued, 0);
		wake(g, outcome_of_remote_wake(g));
	}
}

void wake_parking_lot_later(void)
{
	struct hub *hub = self ? self->hub : any_hub();

	if (!hub)
		return;
	atomic_store(&hub->remote.wakes_parking_lot, true);
	wake_hub(hub);
}
