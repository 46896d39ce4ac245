/* Futexes that inherit priorities and that other processes may share: the kernel is to know who has them. */
#ifndef PRELOAD_SYNC_FUTEX_PROXY_H
#define PRELOAD_SYNC_FUTEX_PROXY_H

#include "futex.h"
#include "runtime/sched/park.h"

/* True where the kernel would take the calling greenlet for the OS thread that runs it, or for none. */
bool needs_known_id(const uint32_t *word);

/*
 * Makes the call by an OS thread that stands for the greenlet, see proxy_thread.h, while that is parked. Returns as
 * syscall(2) does. A lock whose word was filled by a greenlet of this process in memory alone, with an id that the
 * kernel does not know, is waited for until the deadline.
 */
long ask_with_known_id(const struct futex *f, const struct wait_options *until);

#endif
