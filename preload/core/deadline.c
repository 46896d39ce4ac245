#include "deadline.h"
#include "runtime/sched/park.h"
#include <errno.h>

int deadline_by_clock(clockid_t clock, const struct timespec *at, struct wait_options *until)
{
	nanos span;

	until->deadline = 0;
	if (at->tv_nsec < 0 || at->tv_nsec >= (long)NANOS_PER_SEC)
		return EINVAL;
	if (at->tv_sec < 0)
		return 0;
	span = span_until_time(clock, nanos_of(at));
	until->deadline = span ? nanos_add(clock_now(), span) : 0;
	return 0;
}
