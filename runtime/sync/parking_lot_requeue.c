#include "parking_lot.h"
#include "parking_lot_bucket.h"
#include <errno.h>

static void requeue(struct queue *queue, struct lot_waiter *place, const void *to)
{
	queue_leave(&place->waiter);
	__atomic_store_n(&place->address, to, __ATOMIC_SEQ_CST);
	queue_lot_waiter(queue, place);
}

static void wake_and_move(
    struct bucket *here, const void *from, struct bucket *there, const void *to, struct requeued *count)
{
	const struct requeued most = *count;
	struct waiter *waiter, *next;

	*count = (struct requeued){0};
	for (waiter = here->queue.first; waiter; waiter = next) {
		struct lot_waiter *place = (struct lot_waiter *)waiter;

		next = waiter->next;
		if (place->address != from)
			continue;
		if (count->woken < most.woken) {
			queue_leave(waiter);
			wake_lot_waiter(place);
			count->woken++;
		} else if (count->moved < most.moved) {
			if (from != to)
				requeue(&there->queue, place, to);
			count->moved++;
		}
	}
}

int parking_lot_requeue(const uint32_t *from, const uint32_t *expected, const void *to, struct requeued *count)
{
	struct bucket *here = bucket_of(from), *there = bucket_of(to);
	bool holds;

	enter_both(here, there);
	holds = !expected || __atomic_load_n(from, __ATOMIC_SEQ_CST) == *expected;
	if (holds)
		wake_and_move(here, from, there, to, count);
	leave_both(here, there);
	return holds ? 0 : EAGAIN;
}
