/* Timeouts as the public functions take them: seconds, negative: for ever, 0: do not wait. */
#ifndef SECONDS_H
#define SECONDS_H

#include "runtime/sched/park.h"
#include <math.h>

/* A wait of this length, which a signal handler ends, for what this process alone can bring. */
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

/* What is left of a wait, to be given to another function that takes a timeout. */
static inline double seconds_until(const struct wait_options *until)
{
	nanos now;

	if (until->deadline == FOR_EVER)
		return -1;
	now = clock_now();
	return until->deadline > now ? (double)(until->deadline - now) / 1e9 : 0;
}

#endif
