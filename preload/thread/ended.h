/*
 * Threads that have ended. libc recognises them by the id in their descriptor: the kernel clears it at the end, and a
 * join makes it negative. Calls that check it return ESRCH.
 */
#ifndef PRELOAD_THREAD_ENDED_H
#define PRELOAD_THREAD_ENDED_H

#include "runtime/lifecycle/greenlet.h"

/* True once the thread has run its last code. False for NULL, a thread of the system's. */
static inline bool has_ended(const struct greenlet *g)
{
	return g && atomic_load(&g->life.ended);
}

/* True once it was also joined, until its handle is that of a new thread. */
static inline bool was_joined(const struct greenlet *g)
{
	return has_ended(g) && !g->is_main && atomic_load(&g->life.releases) >= 2;
}

#endif
