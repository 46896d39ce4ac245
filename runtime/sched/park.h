/*
 * Park and unpark: the only two ways to stop and to resume a greenlet.
 *
 * A park may end spuriously, as a futex wait may: the caller checks its condition again.
 */
#ifndef RUNTIME_SCHED_PARK_H
#define RUNTIME_SCHED_PARK_H

#include "runtime/sys/clock.h"
#include <signal.h>
#include <stdbool.h>

struct greenlet;

/* What the return of a signal handler does to the wait of a greenlet that would have got the signal. */
enum on_signal {
	SIGNAL_PASSES,   /* nothing: locks, joins */
	SIGNAL_RESTARTS, /* ends it with EINTR, unless the handler has SA_RESTART */
	SIGNAL_ENDS,     /* ends it with EINTR: sleep, poll and the others of signal(7) that never restart */
};

/* What ends a park besides unpark(). A NULL pointer in its place: a kill only. */
struct wait_options {
	nanos deadline;
	enum on_signal on_signal;
	const sigset_t *mask; /* blocked signals while it waits; NULL: as they are */
	bool uninterruptible; /* no kill, signal or deferred cancellation ends it; handlers run meanwhile */
	bool no_point;        /* a deferred cancellation does not end it, but a kill does */
	bool is_held;         /* nor does an asynchronous one end an uninterruptible wait: others refer to its frame */
	bool on_stop;         /* a stop of the process ends it, with EINTR, once that goes on */
	bool wakes_first;   /* ahead of all that are ready, once its descriptor is: else the next connection is lost */
	bool keeps_file;    /* a wait for a descriptor goes on when that is closed, see poller_closing() */
	bool is_inside;     /* only a greenlet or a thread of this process can end the wait */
	const char *what;   /* that, for reports: "an element of a queue"; NULL: it is known otherwise, see waits.c */
	const void *object; /* where it is to come from; with the `what` END_OF the greenlet */
};

/* The `what` of a wait for the end of a greenlet. */
#define END_OF "the end of"

/* Without a deadline: a kill ends it; a signal handler does, too; only a wake-up does. */
extern const struct wait_options wait_forever, wait_forever_interruptibly, wait_forever_uninterruptibly;

/*
 * After a park that ended with ETIMEDOUT: true when its own deadline has passed, false when a timeout of the greenlet
 * (green_timeout_begin) has ended it.
 */
static inline bool is_over(const struct wait_options *until)
{
	return until->deadline != FOR_EVER && until->deadline <= clock_now();
}

/*
 * Stops the calling greenlet until it is unparked. Returns 0 then (or spuriously), or ETIMEDOUT (the deadline,
 * or one that the greenlet has set itself by green_timeout_begin), ECANCELED (see ends_wait()), EINTR. Leaves errno
 * alone. A deadline that has passed, and a killed greenlet, do not stop. An asynchronous cancellation ends the greenlet
 * in an uninterruptible wait: the wait is left as by a jump out of a signal handler, and the call does not return.
 */
int park(const struct wait_options *until);

/*
 * Parks so that only unpark() ends it, and no handler runs meanwhile: for a wait that must go on even if the greenlet
 * is killed. May end spuriously, too.
 */
void park_uninterruptibly(void);

/*
 * True when a kill or a cancellation ends a wait of g with ECANCELED: a deferred cancellation one at a cancellation
 * point, an asynchronous one any that is not uninterruptible.
 */
bool ends_wait(const struct greenlet *g, const struct wait_options *until);

/* Parks a new greenlet, whose first run is then the end of its wait. */
void park_new(struct greenlet *g, nanos deadline);

/* Ends the wait of g with ECANCELED, unless it is uninterruptible. From any OS thread. */
void end_wait(struct greenlet *g);

/* Makes g ready if it is parked. From any OS thread; g must not end before the call returns. */
void unpark(struct greenlet *g);

/* Lets the other ready greenlets run first. */
void yield_now(void);

/*
 * Has the caller, where it is a thread that may lose the processor at any place, run after those that are ready and
 * more urgent. Not in a signal handler or in dlopen. Handlers of signals that have come run before it returns.
 */
void give_way_to_urgent(void);

/* The same after a look at the loop, where only that can tell whether they are ready. */
void poll_for_urgent(void);

/*
 * For a call that does not wait though others of its kind do: lets those run first that are ready, but for those that
 * compute, and has the loop looked at now and then. A program that asks again and again would else hold up what it asks
 * for. found_nothing: while no other greenlet is ready, the loop is polled sooner.
 */
void give_way(bool found_nothing);

#endif
