/*
 * The clock by which the program's waits go. A library loaded after us, as libfaketime, may define clock_gettime and
 * the timed calls as the program is to see them, ahead of the kernel's clock or faster. Such a library would turn a
 * time limit into one of the kernel's; as our hooks come first, they do. Where no such library is, both clocks are the
 * kernel's, and none of this costs more than a look. What stands before us has turned the limits already.
 *
 * All of it may park, as it calls the library's code; errno is left alone.
 */
#ifndef PRELOAD_CORE_PROGRAM_CLOCK_H
#define PRELOAD_CORE_PROGRAM_CLOCK_H

#include "runtime/sys/clock.h"
#include <stdbool.h>

/* Whether clock_gettime is another library's: 0: no, 1: yes, -1: not found out yet. */
extern _Atomic int next_clock_known;

bool next_clock_is_foreign(void);

/* The spans of the kernel's clock and of the foreign one for each other. FOR_EVER stays. */
nanos span_by_kernel(nanos span);
nanos span_by_next(nanos span);

/* What is left until a time of that clock, by the kernel's clock; 0 when it has passed. */
nanos span_until_time(clockid_t clock, nanos time);

/* The deadline, by the kernel's clock, of a span that the program gave. */
static inline nanos deadline_of_span(nanos span)
{
	return nanos_add(clock_now(), span_by_kernel(span));
}

/* What is left of it for the program to see. */
static inline nanos left_of_span(nanos deadline)
{
	return span_by_next(nanos_until(deadline));
}

#endif
