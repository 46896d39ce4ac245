/*
 * The name that a greenlet was given, by a call or by a file: a write to /proc/self/task/ID/comm names the thread. For
 * the program that file is one end of a pair of sockets that keep each write apart. The other end is read before the
 * next time that a name is read or set, so writes need not be intercepted.
 */
#ifndef PRELOAD_THREAD_GIVEN_NAME_H
#define PRELOAD_THREAD_GIVEN_NAME_H

#include "runtime/lifecycle/greenlet.h"

/* Names a greenlet that is not a main one. Only the first 15 bytes count. */
void rename_greenlet(struct greenlet *g, const char *name);

/*
 * Opens the file for writing, and for reading if the flags of open(2) say so: then this text can be read from it.
 * Returns the descriptor, or -errno. The caller does not hold a lock.
 */
int open_name(const struct greenlet *g, int flags, const char *text, size_t length);

extern _Atomic bool names_may_be_written;

/* See take_written_names(). */
void take_names(void);

/* To be called before a name is read: gives greenlets the names that were written. Leaves errno alone. */
static inline void take_written_names(void)
{
	if (__builtin_expect(atomic_load_explicit(&names_may_be_written, memory_order_relaxed), 0))
		take_names();
}

#endif
