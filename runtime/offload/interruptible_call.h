/* System calls that may last for ever and of which the kernel tells no end: a helper OS thread makes them. */
#ifndef RUNTIME_OFFLOAD_INTERRUPTIBLE_CALL_H
#define RUNTIME_OFFLOAD_INTERRUPTIBLE_CALL_H

#include "runtime/sched/park.h"
#include <limits.h>

/* No errno value: no OS thread is to be had that could wait, and the call was not made. */
#define NO_LONG_CALL LONG_MIN

/*
 * Makes the call of this number, as syscall(2) does but -errno on failure, on a helper while the calling greenlet is
 * parked. When the wait ends early, as park() has it, the call is ended too: it has either been made, and its result is
 * returned, or it has had no effect, and the result is -EINTR, -ECANCELED or -ETIMEDOUT. Or NO_LONG_CALL. On a greenlet
 * only.
 */
long make_long_call(const long call[7], const struct wait_options *until);

#endif
