/*
 * What the objects of the toolbox have in common: a lock, and queues of waiters for something to happen to the object.
 */
#ifndef TOOL_H
#define TOOL_H

#include "runtime/sync/parking_lot.h"
#include "runtime/sys/lock.h"
#include <stddef.h>

enum tool_kind { EVENT = 1, RESULT, QUEUE, GROUP, POOL, THREAD_POOL, GENERATOR, SERVER, CHILD, IWAIT, IMAP, RELEASED };

/* The first member of each object. */
struct tool {
	struct lock lock;
	uint16_t kind;
	unsigned users; /* waiters that are in one of its queues, or that have not returned from there yet */
};

/* Memory for an object, all zero but for the head. NULL with errno ENOMEM. */
void *tool_new(size_t size, enum tool_kind kind);

/* Frees the object. In a debug build its memory is kept, and marked as released. */
void tool_release(void *tool);

/* The same unless the object has a waiter, for functions that free: 0 or EBUSY. */
int tool_release_unused(void *tool);

/*
 * False if the program passed NULL. In a debug build, aborts the process if the object is of another kind or was
 * released before.
 */
bool tool_is(const void *tool, enum tool_kind kind);

/*
 * Appends the caller to a queue of the object, and parks until it is woken, or blocks if the caller is no greenlet. The
 * caller holds the object's lock, which is released meanwhile. Returns the error passed to line_call_first(), or
 * ETIMEDOUT (at once for the deadline 0), ECANCELED, EINTR.
 */
int line_wait(struct tool *tool, struct queue *line, struct lot_waiter *place, const struct wait_options *until);

/* Removes the first waiter from a queue and wakes it with this error. Caller holds the lock of the object. */
void line_call_first(struct queue *line, int error);

/* The same for all waiters. */
void line_call_all(struct queue *line, int error);

#endif
