/* Futexes that inherit priorities and that other processes may share: the kernel must know the owner. */
#ifndef PRELOAD_SYNC_FUTEX_PROXY_H
#define PRELOAD_SYNC_FUTEX_PROXY_H

#include "futex.h"
#include "runtime/sched/park.h"

/* True if the kernel would take the calling greenlet for the OS thread that runs it, or would not know it at all. */
bool needs_known_id(const uint32_t *word);

/*
 * Makes the call on a proxy thread, see proxy_thread.h, while the calling greenlet is parked. Returns as syscall(2)
 * does. A lock that a greenlet of this process took in memory alone holds an id that the kernel does not know; such a
 * lock is waited for until the deadline.
 */
long ask_with_known_id(const struct futex *f, const struct wait_options *until);

#endif
