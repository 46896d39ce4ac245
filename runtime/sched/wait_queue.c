#include "wait_queue.h"
#include "hub.h"
#include "park.h"
#include "wait_cleanup.h"

/*
 * Sets queue->first, or the link of the waiter before. Other OS threads may load `first` without the lock that guards
 * the queue, see parking_lot_may_have_waiters().
 */
static inline void set_link(struct waiter **link, struct waiter *waiter)
{
	__atomic_store_n(link, waiter, __ATOMIC_RELAXED);
}

void queue_enter(struct queue *queue, struct waiter *waiter)
{
	waiter->queue = queue;
	waiter->next = NULL;
	waiter->previous = queue->last;
	set_link(queue->last ? &queue->last->next : &queue->first, waiter);
	queue->last = waiter;
}

void queue_enter_before(struct queue *queue, struct waiter *waiter, struct waiter *next)
{
	waiter->queue = queue;
	waiter->next = next;
	waiter->previous = next->previous;
	set_link(next->previous ? &next->previous->next : &queue->first, waiter);
	next->previous = waiter;
}

void queue_leave(struct waiter *waiter)
{
	struct queue *queue = waiter->queue;

	if (!queue)
		return;
	set_link(waiter->previous ? &waiter->previous->next : &queue->first, waiter->next);
	*(waiter->next ? &waiter->next->previous : &queue->last) = waiter->previous;
	waiter->queue = NULL;
}

struct greenlet *queue_take_first(struct queue *queue, int error)
{
	struct waiter *waiter = queue->first;

	queue_leave(waiter);
	waiter->error = error;
	return waiter->greenlet;
}

void queue_wake_first(struct queue *queue, int error)
{
	unpark(queue_take_first(queue, error));
}

void queue_wake_all(struct queue *queue, int error)
{
	while (queue->first)
		queue_wake_first(queue, error);
}

struct standing {
	struct wait_record stay;
	struct waiter waiter;
};

static void leave_queue(struct wait_record *stay)
{
	queue_leave(&((struct standing *)stay)->waiter);
}

int queue_park(struct queue *queue, const struct wait_options *until)
{
	static const struct wait_cleanup out_of_queue = {.abandon = leave_queue};
	struct standing standing = {.waiter = {.greenlet = self}};
	int error;

	push_wait(&standing.stay, &out_of_queue);
	queue_enter(queue, &standing.waiter);
	error = park(until);
	queue_leave(&standing.waiter);
	pop_wait(&standing.stay);
	return standing.waiter.error ? standing.waiter.error : error;
}
