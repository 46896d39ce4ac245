#include "parking_lot.h"
#include "parking_lot_bucket.h"

static void for_each_place(void (*f)(struct lot_waiter *place, void *arg), void *arg)
{
	struct bucket *bucket;
	struct waiter *waiter, *next;

	for (bucket = buckets; bucket < buckets + BUCKETS; bucket++) {
		enter_both(bucket, bucket);
		for (waiter = bucket->queue.first; waiter; waiter = next) {
			next = waiter->next;
			f((struct lot_waiter *)waiter, arg);
		}
		leave_both(bucket, bucket);
	}
}

static void call(struct lot_waiter *place, void *unused)
{
	(void)unused;
	wake_lot_waiter(place);
}

void parking_lot_wake_all_firsts(void)
{
	for_each_place(call, NULL);
}

/*
 * The first of the line may have been called and not have run yet, and be the first no more: the new one is called. One
 * that is moved back is visited once more, and stays.
 */
static void follow_urgency(struct lot_waiter *place, void *greenlet)
{
	struct queue *queue = place->waiter.queue;
	struct waiter *first;

	if (place->waiter.greenlet != greenlet || !place->follows_urgency)
		return;
	queue_leave(&place->waiter);
	queue_lot_waiter(queue, place);
	for (first = queue->first; ((struct lot_waiter *)first)->address != place->address; first = first->next)
		;
	wake_lot_waiter((struct lot_waiter *)first);
}

void parking_lot_follow_urgency(struct greenlet *g)
{
	for_each_place(follow_urgency, g);
}

struct visit {
	void (*f)(struct greenlet *g, const void *address, void *arg);
	void *arg;
};

static void show(struct lot_waiter *place, void *arg)
{
	const struct visit *visit = arg;

	if (place->waiter.greenlet)
		visit->f(place->waiter.greenlet, place->address, visit->arg);
}

void parking_lot_for_each(void (*f)(struct greenlet *g, const void *address, void *arg), void *arg)
{
	struct visit visit = {f, arg};

	for_each_place(show, &visit);
}
