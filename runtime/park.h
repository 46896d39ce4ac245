/*
 * Park and unpark: the only two ways to stop and to resume a greenlet.
 *
 * A park may end early without cause, as a futex wait may: who parks looks again at what it waits for.
 */
#ifndef PARK_H
#define PARK_H

#include "clock.h"
#include <signal.h>
#include <stdbool.h>

struct greenlet;

/* What the return of a signal handler does to the wait of a greenlet that would have got the signal. */
enum on_signal {
	SIGNAL_PASSES,   /* nothing: locks, joins */
	SIGNAL_RESTARTS, /* ends it with EINTR, unless the handler has SA_RESTART */
	SIGNAL_ENDS,     /* ends it with EINTR: sleep, poll and the others of signal(7) that never restart */
};

/* When a park ends though nobody unparked the greenlet. NULL where it is asked for: never, but for a kill. */
struct until {
	nanos deadline;
	enum on_signal on_signal;
	const sigset_t *mask; /* blocked signals while it waits; NULL: as they are */
	bool firm;            /* a kill does not end it: for what must be waited for */
};

/*
 * Stops the calling greenlet until somebody unparks it. Returns 0 then (or for no cause), or ETIMEDOUT, ECANCELED
 * (green_kill), EINTR. Leaves errno alone. A deadline that has passed, and a killed greenlet, do not stop.
 */
int park(const struct until *until);

/* Parks so that only unpark() ends it: for what must be waited for, killed or not. May end early without cause, too. */
void park_firmly(void);

/* Ends the wait of g with ECANCELED, unless it is a firm one. From any OS thread. */
void end_wait(struct greenlet *g);

/* Makes g ready if it is parked. From any OS thread; g must not end before the call returns. */
void unpark(struct greenlet *g);

/* Lets the other ready greenlets run first. */
void yield_turn(void);

#endif
