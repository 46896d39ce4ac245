/* The call stack of a parked greenlet, found by the chain of frame pointers. */
#ifndef RUNTIME_REPORT_BACKTRACE_H
#define RUNTIME_REPORT_BACKTRACE_H

#include "runtime/sched/hub.h"

/* True for an address in this library. */
bool is_ours(const void *address);

/*
 * Stores up to `most` return addresses of the calls of g, which must not be running, the innermost first, and returns
 * their number. Our own code keeps the frame chain. The program's code is followed only on machines where all code
 * keeps it; elsewhere its first frame is the last one stored.
 */
int frames_take(const struct greenlet *g, void **addresses, int most);

#endif
