/*
 * What one OS thread does for all of the process, while the others that need it wait. The owner may come back in the
 * midst of it, from a signal handler or by the program's malloc: it then goes on without.
 */
#ifndef RUNTIME_SYS_ONCE_H
#define RUNTIME_SYS_ONCE_H

#include "lock.h"
#include "sys.h"
#include <stdbool.h>

#define ONCE_DONE UINT32_MAX

struct once {
	_Atomic uint32_t owner; /* the kernel's id of the OS thread that is doing it; 0: none is; ONCE_DONE */
};

/*
 * True if the caller is to do it, and to call once_end() after that. False if it is done, or if the caller itself is
 * doing it. Blocks while another OS thread does it. Async-signal-safe.
 */
static inline bool once_begin(struct once *o)
{
	uint32_t own = (uint32_t)os_thread_id(), owner = 0;

	while (!atomic_compare_exchange_strong(&o->owner, &owner, own)) {
		if (owner == own || owner == ONCE_DONE)
			return false;
		futex_wait(&o->owner, owner);
		owner = 0;
	}
	return true;
}

/* If it is not done, the next caller tries again. */
static inline void once_end(struct once *o, bool is_done)
{
	atomic_store(&o->owner, is_done ? ONCE_DONE : 0);
	futex_wake(&o->owner, INT_MAX);
}

static inline bool once_is_done(struct once *o)
{
	return atomic_load(&o->owner) == ONCE_DONE;
}

/* In the child of a fork, where the owner does not exist: ends what it was doing, if it was. */
static inline void once_abandon(struct once *o, bool is_done)
{
	uint32_t owner = atomic_load(&o->owner);

	if (owner && owner != ONCE_DONE)
		once_end(o, is_done);
}

#endif
