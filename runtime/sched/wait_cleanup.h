/*
 * Waits that other code refers to through an object on the waiter's stack: a waiter in a queue, or a job. A signal
 * handler that interrupts such a wait may jump away, or may fork. So each wait records how its object is taken out. A
 * wait that goes on after all finds that it was abandoned, and begins again or ends as if interrupted.
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
	    struct wait_record *wait); /* in the child, which has no other thread; NULL: nothing is to be done */
};

/* Part of the record of a wait, on the waiter's stack. */
struct wait_record {
	struct wait_record *outer;
	const struct wait_cleanup *way; /* NULL: it was abandoned */
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
