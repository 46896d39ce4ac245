#include "parking_lot.h"
#include "parking_lot_bucket.h"

static void for_each_place(void (*f)(struct place *place, void *arg), void *arg)
{
	struct bucket *bucket;
	struct waiter *waiter, *next;

	for (bucket = buckets; bucket < buckets + BUCKETS; bucket++) {
		enter_both(bucket, bucket);
		for (waiter = bucket->queue.first; waiter; waiter = next) {
			next = waiter->next;
			f((struct place *)waiter, arg);
		}
		leave_both(bucket, bucket);
	}
}

static void call(struct place *place, void *unused)
{
	(void)unused;
	call_place(place);
}

void lot_call_all(void)
{
	for_each_place(call, NULL);
}

/*
 * The first of the line may have been called and not have run yet, and be the first no more: the new one is called. One
 * that is moved back is visited once more, and stays.
 */
static void follow_urgency(struct place *place, void *greenlet)
{
	struct queue *queue = place->waiter.queue;
	struct waiter *first;

	if (place->waiter.greenlet != greenlet || !place->follows_urgency)
		return;
	queue_leave(&place->waiter);
	stand_in_line(queue, place);
	for (first = queue->first; ((struct place *)first)->address != place->address; first = first->next)
		;
	call_place((struct place *)first);
}

void lot_follow_urgency(struct greenlet *g)
{
	for_each_place(follow_urgency, g);
}

struct visit {
	void (*f)(struct greenlet *g, const void *address, void *arg);
	void *arg;
};

static void show(struct place *place, void *arg)
{
	const struct visit *visit = arg;

	if (place->waiter.greenlet)
		visit->f(place->waiter.greenlet, place->address, visit->arg);
}

void lot_for_each(void (*f)(struct greenlet *g, const void *address, void *arg), void *arg)
{
	struct visit visit = {f, arg};

	for_each_place(show, &visit);
}
