#include "wait_cleanup.h"
#include "hub.h"

__thread struct wait_record *wait_records;

void (*leave_kept_fd)(struct waiter *waiter);

/* A wait for a single descriptor needs no record: the greenlet has one waiter for it, which the next wait reuses. */
void abandon_waits(uintptr_t position)
{
	struct wait_record *wait;

	if (self) {
		queue_leave(&self->waiter);
		if (self->waiter.kept_fd)
			leave_kept_fd(&self->waiter);
		if (!position || self->shield.no_points < position)
			self->shield.no_points = 0;
	}
	while ((wait = wait_records) && (!position || (uintptr_t)wait < position)) {
		const struct wait_cleanup *way = wait->way;

		pop_wait(wait);
		way->abandon(wait);
	}
}

void waits_after_fork(void)
{
	struct wait_record *wait;

	for (wait = wait_records; wait; wait = wait->outer) {
		if (wait->way->forked)
			wait->way->forked(wait);
	}
}
