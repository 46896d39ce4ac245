/* What the objects of the toolbox have in common: a lock, and lines of those who wait for something to happen to them.
 */
#ifndef TOOL_H
#define TOOL_H

#include "runtime/sync/parking_lot.h"
#include "runtime/sys/lock.h"
#include <stddef.h>

enum tool_kind { EVENT = 1, RESULT, QUEUE, GROUP, POOL, THREAD_POOL, GENERATOR, SERVER, CHILD, IWAIT, IMAP, RELEASED };

/* The first member of each. */
struct tool {
	struct lock lock;
	uint16_t kind;
	unsigned users; /* who stands in one of its lines, or has not come back yet from there */
};

/* Memory for one, all zero but for the head. NULL with errno ENOMEM. */
void *tool_new(size_t size, enum tool_kind kind);

/* Gives it back. In a debug build it is kept, as one that was released. */
void tool_release(void *tool);

/* The same unless somebody waits at it, for functions that free: 0 or EBUSY. */
int tool_release_unused(void *tool);

/*
 * False where the program gave us none. In a debug build, ends the process where it is one of another kind, or was
 * released before.
 */
bool tool_is(const void *tool, enum tool_kind kind);

/*
 * Stands at the end of a line of the tool's, whose lock the caller has and has again afterwards, and parks, or blocks
 * where it is no greenlet, until it is called. Returns what it was called with, or ETIMEDOUT (at once for the deadline
 * 0), ECANCELED, EINTR.
 */
int line_wait(struct tool *tool, struct queue *line, struct lot_waiter *place, const struct wait_options *until);

/* Takes the first out of a line and tells him so. With the lock of its tool. */
void line_call_first(struct queue *line, int error);

/* The same for all of them. */
void line_call_all(struct queue *line, int error);

#endif
