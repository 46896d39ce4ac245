/* The calls that a parked greenlet is in, by the chain of frames. */
#ifndef RUNTIME_REPORT_BACKTRACE_H
#define RUNTIME_REPORT_BACKTRACE_H

#include "runtime/sched/hub.h"

/* True for an address in this library. */
bool is_ours(const void *address);

/*
 * Stores up to `most` addresses to which the calls of g return that does not run, the innermost first, and returns how
 * many. Our own code keeps the chain; that of the program is followed where on this machine all code does, else what
 * comes first of it is the last.
 */
int frames_take(const struct greenlet *g, void **addresses, int most);

#endif
