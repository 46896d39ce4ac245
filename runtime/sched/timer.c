#include "timer.h"
#include "runtime/sys/memory.h"
#include <errno.h>
#include <stdlib.h>

/* A heap with four children to a node: half as deep as a binary one, and the four lie in one cache line. */
#define CHILDREN 4

struct timer_entry {
	nanos deadline;
	struct timer *timer;
};

static size_t parent_of(size_t place)
{
	return (place - 2) / CHILDREN + 1;
}

static size_t first_child_of(size_t place)
{
	return (place - 1) * CHILDREN + 2;
}

static void put(struct timers *timers, size_t place, struct timer_entry entry)
{
	timers->heap[place] = entry;
	entry.timer->place = place;
}

static void sift_up(struct timers *timers, size_t place, struct timer_entry entry)
{
	while (place > 1 && timers->heap[parent_of(place)].deadline > entry.deadline) {
		put(timers, place, timers->heap[parent_of(place)]);
		place = parent_of(place);
	}
	put(timers, place, entry);
}

static size_t earliest_child(const struct timers *timers, size_t place)
{
	size_t child = first_child_of(place), end = child + CHILDREN, best = child;

	if (end > timers->count + 1)
		end = timers->count + 1;
	while (++child < end) {
		if (timers->heap[child].deadline < timers->heap[best].deadline)
			best = child;
	}
	return best;
}

static void sift_down(struct timers *timers, size_t place, struct timer_entry entry)
{
	while (first_child_of(place) <= timers->count) {
		size_t child = earliest_child(timers, place);

		if (timers->heap[child].deadline >= entry.deadline)
			break;
		put(timers, place, timers->heap[child]);
		place = child;
	}
	put(timers, place, entry);
}

int timers_reserve(struct timers *timers, size_t count)
{
	size_t room = timers->room ? timers->room : 16;
	struct timer_entry *heap;

	if (count <= timers->room)
		return 0;
	while (room < count)
		room *= 2;
	heap = memory_resize(timers->heap, (room + 1) * sizeof(*heap));
	if (!heap)
		return ENOMEM;
	timers->heap = heap;
	timers->room = room;
	return 0;
}

void timers_free(struct timers *timers)
{
	memory_free(timers->heap);
	*timers = (struct timers){0};
}

void timer_start(struct timers *timers, struct timer *timer, nanos deadline)
{
	timer->deadline = deadline;
	sift_up(timers, ++timers->count, (struct timer_entry){deadline, timer});
}

void timer_stop(struct timers *timers, struct timer *timer)
{
	size_t place = timer->place;
	struct timer_entry last;

	if (!place)
		return;
	timer->place = 0;
	last = timers->heap[timers->count--];
	if (last.timer == timer)
		return;
	if (place > 1 && timers->heap[parent_of(place)].deadline > last.deadline)
		sift_up(timers, place, last);
	else
		sift_down(timers, place, last);
}

nanos timers_next(const struct timers *timers)
{
	return timers->count ? timers->heap[1].deadline : FOR_EVER;
}

void timers_expire(struct timers *timers, nanos now)
{
	while (timers->count && timers->heap[1].deadline <= now) {
		struct timer *timer = timers->heap[1].timer;

		timer_stop(timers, timer);
		timer->fire(timer);
	}
}
