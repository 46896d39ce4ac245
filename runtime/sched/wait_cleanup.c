#include "wait_cleanup.h"
#include "hub.h"

__thread struct leavable *leavables;

void (*leave_kept_fd)(struct waiter *waiter);

/* The one descriptor that it waits for is in no need of a record: who waits for the next takes its place. */
void leave_waits(uintptr_t position)
{
	struct leavable *wait;

	if (self) {
		queue_leave(&self->waiter);
		if (self->waiter.kept_fd)
			leave_kept_fd(&self->waiter);
		if (!position || self->shield.no_points < position)
			self->shield.no_points = 0;
	}
	while ((wait = leavables) && (!position || (uintptr_t)wait < position)) {
		const struct way_to_leave *way = wait->way;

		wait_ends(wait);
		way->leave(wait);
	}
}

void take_waits_along(void)
{
	struct leavable *wait;

	for (wait = leavables; wait; wait = wait->outer) {
		if (wait->way->forked)
			wait->way->forked(wait);
	}
}
