#include "lot.h"
#include "lot_bucket.h"

static void for_each_place(void (*f)(struct place *place, void *arg), void *arg)
{
	struct bucket *bucket;
	struct waiter *waiter;

	for (bucket = buckets; bucket < buckets + BUCKETS; bucket++) {
		enter_both(bucket, bucket);
		for (waiter = bucket->queue.first; waiter; waiter = waiter->next)
			f((struct place *)waiter, arg);
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
