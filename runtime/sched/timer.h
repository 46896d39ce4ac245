/* Timers: a heap of deadlines. Starting and stopping never allocate, as room is reserved for every timer beforehand. */
#ifndef RUNTIME_SCHED_TIMER_H
#define RUNTIME_SCHED_TIMER_H

#include "runtime/sys/clock.h"
#include <stdbool.h>
#include <stddef.h>

struct timer {
	nanos deadline;
	size_t place; /* in the heap, from 1; 0 while it is stopped */
	void (*fire)(struct timer *timer);
};

struct timers {
	struct timer_entry *heap; /* heap[0] is not used */
	size_t count, room;
};

/* Makes room for this many timers to run at once. Returns 0 or ENOMEM. */
int timers_reserve(struct timers *timers, size_t count);

void timers_free(struct timers *timers);

/* Starts a stopped timer; its fire() is called once the deadline has passed. */
void timer_start(struct timers *timers, struct timer *timer, nanos deadline);

/* Stops a timer; one that is stopped already stays so. */
void timer_stop(struct timers *timers, struct timer *timer);

/* The earliest deadline, FOR_EVER when none runs. */
nanos timers_next(const struct timers *timers);

/* Fires, in order, the timers whose deadline has passed. */
void timers_expire(struct timers *timers, nanos now);

#endif
