/*
 * Waits that others know of by something on the waiting stack, a place in a line or a job. A signal handler that runs
 * in the midst of one may never come back to it, or may fork: so each says how it is taken out of where it stands. One
 * that goes on after all finds that it was, and begins again or ends as if interrupted.
 */
#ifndef RUNTIME_SCHED_WAIT_CLEANUP_H
#define RUNTIME_SCHED_WAIT_CLEANUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wait_record;
struct waiter;

struct wait_cleanup {
	void (*abandon)(struct wait_record *wait);
	void (*forked)(
	    struct wait_record *wait); /* in the child, where nobody else is left; NULL: nothing is to be done */
};

/* Part of what describes a wait, on the stack of who waits. */
struct wait_record {
	struct wait_record *outer;
	const struct wait_cleanup *way; /* NULL: it was left */
};

/* The innermost of the calling greenlet or OS thread. */
extern __thread struct wait_record *wait_records __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* The wait begins, it ends. What it stands in it enters after the one and leaves before the other. */
static inline void push_wait(struct wait_record *wait, const struct wait_cleanup *way)
{
	wait->way = way;
	wait->outer = wait_records;
	wait_records = wait;
}

/* Stores in any case: gcc then sees that no address of a frame that ends stays behind. */
static inline void pop_wait(struct wait_record *wait)
{
	wait_records = wait->way ? wait->outer : wait_records;
	wait->way = NULL;
}

static inline bool was_abandoned(const struct wait_record *wait)
{
	return !wait->way;
}

/* Leaves the waits whose frames lie below this stack position, to which the caller is about to jump; 0: all. */
void abandon_waits(uintptr_t position);

/*
 * Gives up the duplicate that a waiter was moved to when its descriptor was closed. Set before any waiter is.
 */
extern void (*leave_kept_fd)(struct waiter *waiter);

/* In the child of a fork, which a handler may have made. */
void waits_after_fork(void);

#endif
