/* Timeouts as the public functions take them, in seconds. Negative: wait for ever; 0: do not wait. */
#ifndef SECONDS_H
#define SECONDS_H

#include "runtime/sched/park.h"
#include <math.h>

/* A wait of this length that a signal handler ends, for an event that only this process can cause. */
static inline struct wait_options wait_options_of(double timeout, const char *what, const void *object)
{
	return (struct wait_options){.deadline = timeout == 0 ? 0 : deadline_after(timeout),
	    .on_signal = SIGNAL_ENDS,
	    .is_inside = true,
	    .what = what,
	    .object = object};
}

static inline bool is_no_time(double timeout)
{
	return isnan(timeout);
}

/* The time that is left of a wait, in the form of a timeout for another function. */
static inline double seconds_until(const struct wait_options *until)
{
	nanos now;

	if (until->deadline == FOR_EVER)
		return -1;
	now = clock_now();
	return until->deadline > now ? (double)(until->deadline - now) / 1e9 : 0;
}

#endif
