/*
 * The clock on which the program's waits are based. A library loaded after us, such as libfaketime, may define
 * clock_gettime and the timed calls so that the program sees another time than the kernel's, ahead of it or faster.
 * Such a library would convert a time limit to the kernel's clock. As our hooks come first, they do that. If there is
 * no such library, both clocks are the kernel's, and this costs no more than a check. A library before us has converted
 * the limits already.
 *
 * All of these functions may park, as they call the library's code; they preserve errno.
 */
#ifndef PRELOAD_CORE_PROGRAM_CLOCK_H
#define PRELOAD_CORE_PROGRAM_CLOCK_H

#include "runtime/sys/clock.h"
#include <stdbool.h>

/* Whether clock_gettime is another library's: 0: no, 1: yes, -1: not determined yet. */
extern _Atomic int next_clock_known;

bool next_clock_is_foreign(void);

/* Convert spans between the kernel's clock and the foreign one. FOR_EVER stays. */
nanos span_by_kernel(nanos span);
nanos span_by_next(nanos span);

/* The span until a time of that clock, by the kernel's clock; 0 if it has passed. */
nanos span_until_time(clockid_t clock, nanos time);

/* The deadline, by the kernel's clock, of a span that the program passed. */
static inline nanos deadline_of_span(nanos span)
{
	return nanos_add(clock_now(), span_by_kernel(span));
}

/* What is left of that span, as the program sees it. */
static inline nanos left_of_span(nanos deadline)
{
	return span_by_next(nanos_until(deadline));
}

#endif
