/*
 * The parking lot: waiting by address, for greenlets and OS threads alike. After the parking lot of WebKit (F. Pizlo,
 * "Locking in WebKit"): the state of a lock stays in the program's own object, and who waits for it stands in a line
 * that is found by hashing the address.
 */
#ifndef RUNTIME_SYNC_PARKING_LOT_H
#define RUNTIME_SYNC_PARKING_LOT_H

#include "parking_lot_bucket.h"
#include "runtime/sched/park.h"
#include "runtime/sched/wait_cleanup.h"
#include "runtime/sched/wait_queue.h"
#include <stdatomic.h>

/* Where somebody stands in line; on his own stack. */
struct lot_waiter {
	struct waiter waiter;    /* first: the queue knows nothing more */
	struct wait_record stay; /* once it was left it stands nowhere, and has been called */
	const void *address;     /* parking_lot_requeue() may change it */
	uint32_t bits;           /* what it can be woken for */
	bool follows_urgency;    /* see parking_lot_follow_urgency() */
	_Atomic uint32_t called; /* an OS thread without greenlets sleeps on this word */
};

/*
 * Parks the caller, or blocks it where it is no greenlet, if *address still holds value, until somebody wakes it
 * for one of these bits. Returns 0 when woken, EAGAIN when the value is another, or ETIMEDOUT, ECANCELED, EINTR.
 * Returns 0 without cause only where parking_lot_wake_all_firsts() calls.
 */
int parking_lot_wait_for(const uint32_t *address, uint32_t value, uint32_t bits, const struct wait_options *until);

/* The same for whatever anybody wakes the address for. */
static inline int parking_lot_wait(const uint32_t *address, uint32_t value, const struct wait_options *until)
{
	return parking_lot_wait_for(address, value, UINT32_MAX, until);
}

/*
 * Wakes up to count who wait at the address for one of these bits, those first who came first. Returns how many. From
 * any OS thread, and from a signal handler: where it has interrupted us in here, all who wait anywhere are woken soon.
 */
int parking_lot_wake_for(const void *address, int count, uint32_t bits);

static inline int parking_lot_wake(const void *address, int count)
{
	return parking_lot_wake_for(address, count, UINT32_MAX);
}

/* Who is to be woken and who is to go on waiting elsewhere: at most so many before, just so many after. */
struct requeued {
	int woken, moved;
};

/*
 * Wakes the first who wait at an address, and lets the next wait at another, behind those who are there. Unless
 * expected is NULL, *from must hold *expected. Returns 0 or EAGAIN. From any OS thread.
 */
int parking_lot_requeue(const uint32_t *from, const uint32_t *expected, const void *to, struct requeued *count);

/*
 * Lines that move when their first says so. Who enters stays until he leaves; the first of a line can be called, and
 * then looks whether it is his turn. parking_lot_wake_first() may be called by a signal handler.
 */
void parking_lot_enter(const void *address, struct lot_waiter *place);
bool parking_lot_leave(struct lot_waiter *place); /* false: parking_lot_wake() has taken him out before */
bool parking_lot_is_first(const struct lot_waiter *place);
bool parking_lot_is_queued(const struct lot_waiter *place); /* false once parking_lot_wake() has taken him out */

/* What the two below come to where there is somebody; with nobody there, they look once at memory. */
bool parking_lot_finds_waiters(const void *address);
void parking_lot_find_and_wake_first(const void *address);

static inline bool parking_lot_may_have_waiters(const void *address)
{
	return __atomic_load_n(&bucket_of(address)->queue.first, __ATOMIC_SEQ_CST);
}

static inline void parking_lot_wake_first(const void *address)
{
	if (parking_lot_may_have_waiters(address))
		parking_lot_find_and_wake_first(address);
}

/* True when somebody stands in a line at this address. */
static inline bool parking_lot_has_waiters(const void *address)
{
	return parking_lot_may_have_waiters(address) && parking_lot_finds_waiters(address);
}

/* Parks or blocks the caller, who stands in line, until he is called. Returns as park() does. */
int parking_lot_park(struct lot_waiter *place, const struct wait_options *until);

/* The same, killed or not, until parking_lot_wake() has taken him out of the line. */
void parking_lot_park_until_woken(struct lot_waiter *place);

/* Calls the first of every line: what parking_lot_wake_first() leaves to the hub when it cannot do it itself. */
void parking_lot_wake_all_firsts(void);

/*
 * The urgency of g, of the caller's hub, has changed: where it waits in a line in which it follows that, it is moved to
 * the place that it would get now. As the kernel has it, that is so for what inherits priorities; in other lines a
 * waiter stays where it is.
 */
void parking_lot_follow_urgency(struct greenlet *g);

/* Calls f with each greenlet that stands in a line, and the address of that. It must not come back here. */
void parking_lot_for_each(void (*f)(struct greenlet *g, const void *address, void *arg), void *arg);

/* In the child of a fork: whoever waited has stayed in the parent. */
void parking_lot_reset(void);

#endif
