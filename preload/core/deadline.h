/*
 * Time limits in the forms that poll, select and epoll_wait take. A deadline is computed only when a call has to wait.
 */
#ifndef PRELOAD_CORE_DEADLINE_H
#define PRELOAD_CORE_DEADLINE_H

#include "program_clock.h"
#include <stdbool.h>
#include <time.h>

/* True for a span that the kernel accepts. */
static inline bool is_span(const struct timespec *t)
{
	return t->tv_sec >= 0 && t->tv_nsec >= 0 && (nanos)t->tv_nsec < NANOS_PER_SEC;
}

/* True if the limit lets a call wait: NULL, or a valid span that is not zero. */
static inline bool lets_wait(const struct timespec *limit)
{
	return !limit || (is_span(limit) && (limit->tv_sec || limit->tv_nsec));
}

/* The deadline of a limit for which lets_wait() is true; FOR_EVER for NULL. */
static inline nanos deadline_of(const struct timespec *limit)
{
	return limit ? deadline_of_span(nanos_of(limit)) : FOR_EVER;
}

/* The same for milliseconds; FOR_EVER for any negative number. */
static inline nanos deadline_in(int milliseconds)
{
	return milliseconds < 0 ? FOR_EVER : deadline_of_span((nanos)milliseconds * NANOS_PER_MSEC);
}

/* The clocks that a wait for a lock, or the like, may be timed by. */
static inline bool is_waitable(clockid_t clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC;
}

struct wait_options;

/* The deadline of a POSIX timed call, in what park() counts. Returns 0; for a time that is none EINVAL, and it is past.
 */
int deadline_by_clock(clockid_t clock, const struct timespec *at, struct wait_options *until);

#endif
