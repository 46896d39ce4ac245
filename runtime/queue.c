#include "queue.h"
#include "hub.h"
#include "park.h"

void queue_enter(struct queue *queue, struct waiter *waiter)
{
	waiter->queue = queue;
	waiter->next = NULL;
	waiter->previous = queue->last;
	*(queue->last ? &queue->last->next : &queue->first) = waiter;
	queue->last = waiter;
}

void queue_leave(struct waiter *waiter)
{
	struct queue *queue = waiter->queue;

	if (!queue)
		return;
	*(waiter->previous ? &waiter->previous->next : &queue->first) = waiter->next;
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

int queue_park(struct queue *queue, const struct until *until)
{
	struct waiter waiter = {.greenlet = self};
	int error;

	queue_enter(queue, &waiter);
	error = park(until);
	queue_leave(&waiter);
	return waiter.error ? waiter.error : error;
}
