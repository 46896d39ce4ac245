/*
 * Queues. A caller that finds a waiter for its element, or with an element for it, exchanges the element with that
 * waiter directly. So waiters are served in order, even if another caller arrives meanwhile.
 */
#include "runtime/greenload.h"
#include "runtime/sys/fail.h"
#include "seconds.h"
#include "store.h"
#include "tool.h"
#include <stdlib.h>
#include <string.h>

#define GROWTH 16

/* A waiter, and the element that it puts, or where it wants one. */
struct party {
	struct lot_waiter place; /* first member: the wait queue knows nothing more */
	void *element;
};

struct green_queue {
	struct tool tool;
	struct store store;
	size_t capacity; /* SIZE_MAX: unlimited */
	bool is_closed;
	size_t undone; /* elements that were put and not reported as done */
	struct queue putters, getters, peekers, joiners;
};

static green_queue_t *make(size_t size, size_t capacity, enum order order, green_compare_fn *compare)
{
	struct green_queue *queue;

	if (!size || size > SIZE_MAX / 4 || (order == LEAST_FIRST && !compare)) {
		errno = EINVAL;
		return NULL;
	}
	queue = tool_new(sizeof(*queue), QUEUE);
	if (!queue)
		return NULL;
	queue->capacity = capacity;
	queue->store = (struct store){.size = size, .slot_size = size, .compare = compare, .order = order};
	if (order == LEAST_FIRST)
		queue->store.slot_size += sizeof(queue->store.number);
	return queue;
}

green_queue_t *green_queue_new(size_t element_size, size_t capacity)
{
	return make(element_size, capacity ? capacity : SIZE_MAX, FIRST_IN_FIRST_OUT, NULL);
}

green_queue_t *green_queue_new_lifo(size_t element_size, size_t capacity)
{
	return make(element_size, capacity ? capacity : SIZE_MAX, LAST_IN_FIRST_OUT, NULL);
}

green_queue_t *green_queue_new_priority(size_t element_size, size_t capacity, green_compare_fn *compare)
{
	return make(element_size, capacity ? capacity : SIZE_MAX, LEAST_FIRST, compare);
}

green_queue_t *green_channel_new(size_t element_size)
{
	return make(element_size, 0, FIRST_IN_FIRST_OUT, NULL);
}

int green_queue_free(green_queue_t *queue)
{
	char *slots;
	int error;

	if (!tool_is(queue, QUEUE))
		return 0;
	slots = queue->store.slots;
	error = tool_release_unused(queue);
	if (!error)
		free(slots);
	return fail(error);
}

static void *element_of_first(const struct queue *line)
{
	return ((struct party *)line->first)->element;
}

static void hand_over(struct green_queue *queue, struct queue *line, const void *element)
{
	memcpy(element_of_first(line), element, queue->store.size);
	line_call_first(line, 0);
}

/* Makes room for one more element, in a queue that is below its capacity. */
static int make_room(struct green_queue *queue)
{
	struct store *store = &queue->store;
	size_t room = store->room ? 2 * store->room : GROWTH;

	if (store->count < store->room)
		return 0;
	return store_reserve(store, room < queue->capacity ? room : queue->capacity);
}

/* Returns EAGAIN if the queue is full and no waiter wants the element. */
static int try_to_put(struct green_queue *queue, const void *element)
{
	int error;

	if (queue->is_closed)
		return EPIPE;
	while (queue->peekers.first)
		hand_over(queue, &queue->peekers, element);
	if (queue->getters.first) {
		hand_over(queue, &queue->getters, element);
	} else {
		if (queue->store.count == queue->capacity)
			return EAGAIN;
		error = make_room(queue);
		if (error)
			return error;
		store_put(&queue->store, element);
	}
	queue->undone++;
	return 0;
}

int green_queue_put(green_queue_t *queue, const void *element, double timeout)
{
	struct party party = {.element = (void *)element};
	struct wait_options until;
	int error;

	if (!tool_is(queue, QUEUE) || !element || is_no_time(timeout))
		return fail(EINVAL);
	lock(&queue->tool.lock);
	error = try_to_put(queue, element);
	if (error == EAGAIN) {
		until = wait_options_of(timeout, "room in the queue", queue);
		error = line_wait(&queue->tool, &queue->putters, &party.place, &until);
	}
	unlock(&queue->tool.lock);
	return fail(error);
}

/* After an element was taken out, the first waiter with an element can store it. */
static void let_in(struct green_queue *queue)
{
	if (!queue->putters.first || queue->store.count == queue->capacity)
		return;
	store_put(&queue->store, element_of_first(&queue->putters));
	queue->undone++;
	line_call_first(&queue->putters, 0);
}

static int try_to_get(struct green_queue *queue, void *element)
{
	if (queue->store.count) {
		memcpy(element, store_next(&queue->store), queue->store.size);
		store_drop_next(&queue->store);
		let_in(queue);
	} else if (queue->putters.first) {
		memcpy(element, element_of_first(&queue->putters), queue->store.size);
		queue->undone++;
		line_call_first(&queue->putters, 0);
	} else {
		return queue->is_closed ? EPIPE : EAGAIN;
	}
	return 0;
}

static int try_to_peek(struct green_queue *queue, void *element)
{
	if (queue->store.count)
		memcpy(element, store_next(&queue->store), queue->store.size);
	else if (queue->putters.first)
		memcpy(element, element_of_first(&queue->putters), queue->store.size);
	else
		return queue->is_closed ? EPIPE : EAGAIN;
	return 0;
}

static int take(struct green_queue *queue, struct queue *line, int (*try)(struct green_queue *, void *), void *element,
    double timeout)
{
	struct party party = {.element = element};
	struct wait_options until;
	int error;

	if (!element || is_no_time(timeout))
		return EINVAL;
	lock(&queue->tool.lock);
	error = try(queue, element);
	if (error == EAGAIN) {
		until = wait_options_of(timeout, "an element of the queue", queue);
		error = line_wait(&queue->tool, line, &party.place, &until);
	}
	unlock(&queue->tool.lock);
	return error;
}

int green_queue_get(green_queue_t *queue, void *element, double timeout)
{
	if (!tool_is(queue, QUEUE))
		return fail(EINVAL);
	return fail(take(queue, &queue->getters, try_to_get, element, timeout));
}

int green_queue_peek(green_queue_t *queue, void *element, double timeout)
{
	if (!tool_is(queue, QUEUE))
		return fail(EINVAL);
	return fail(take(queue, &queue->peekers, try_to_peek, element, timeout));
}

int green_queue_close(green_queue_t *queue)
{
	if (!tool_is(queue, QUEUE))
		return fail(EINVAL);
	lock(&queue->tool.lock);
	queue->is_closed = true;
	line_call_all(&queue->putters, EPIPE);
	line_call_all(&queue->getters, EPIPE);
	line_call_all(&queue->peekers, EPIPE);
	unlock(&queue->tool.lock);
	return 0;
}

bool green_queue_is_closed(green_queue_t *queue)
{
	bool is_closed;

	if (!tool_is(queue, QUEUE))
		return true;
	lock(&queue->tool.lock);
	is_closed = queue->is_closed;
	unlock(&queue->tool.lock);
	return is_closed;
}

size_t green_queue_count(green_queue_t *queue)
{
	size_t count;

	if (!tool_is(queue, QUEUE))
		return 0;
	lock(&queue->tool.lock);
	count = queue->store.count;
	unlock(&queue->tool.lock);
	return count;
}

int green_queue_task_done(green_queue_t *queue)
{
	int error = 0;

	if (!tool_is(queue, QUEUE))
		return fail(EINVAL);
	lock(&queue->tool.lock);
	if (!queue->undone)
		error = EINVAL;
	else if (!--queue->undone)
		line_call_all(&queue->joiners, 0);
	unlock(&queue->tool.lock);
	return fail(error);
}

int green_queue_join(green_queue_t *queue, double timeout)
{
	struct wait_options until = wait_options_of(timeout, "everything to be done of the queue", queue);
	struct lot_waiter place;
	int error = 0;

	if (!tool_is(queue, QUEUE) || is_no_time(timeout))
		return fail(EINVAL);
	lock(&queue->tool.lock);
	if (queue->undone)
		error = line_wait(&queue->tool, &queue->joiners, &place, &until);
	unlock(&queue->tool.lock);
	return fail(error);
}
