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
struct place {
	struct waiter waiter;    /* first: the queue knows nothing more */
	struct leavable stay;    /* once it was left it stands nowhere, and has been called */
	const void *address;     /* lot_requeue() may change it */
	uint32_t bits;           /* what it can be woken for */
	bool follows_urgency;    /* see lot_follow_urgency() */
	_Atomic uint32_t called; /* an OS thread without greenlets sleeps on this word */
};

/*
 * Parks the caller, or blocks it where it is no greenlet, if *address still holds value, until somebody wakes it
 * for one of these bits. Returns 0 when woken, EAGAIN when the value is another, or ETIMEDOUT, ECANCELED, EINTR.
 * Returns 0 without cause only where lot_call_all() calls.
 */
int lot_wait_for(const uint32_t *address, uint32_t value, uint32_t bits, const struct until *until);

/* The same for whatever anybody wakes the address for. */
static inline int lot_wait(const uint32_t *address, uint32_t value, const struct until *until)
{
	return lot_wait_for(address, value, UINT32_MAX, until);
}

/*
 * Wakes up to count who wait at the address for one of these bits, those first who came first. Returns how many. From
 * any OS thread, and from a signal handler: where it has interrupted us in here, all who wait anywhere are woken soon.
 */
int lot_wake_for(const void *address, int count, uint32_t bits);

static inline int lot_wake(const void *address, int count)
{
	return lot_wake_for(address, count, UINT32_MAX);
}

/* Who is to be woken and who is to go on waiting elsewhere: at most so many before, just so many after. */
struct requeued {
	int woken, moved;
};

/*
 * Wakes the first who wait at an address, and lets the next wait at another, behind those who are there. Unless
 * expected is NULL, *from must hold *expected. Returns 0 or EAGAIN. From any OS thread.
 */
int lot_requeue(const uint32_t *from, const uint32_t *expected, const void *to, struct requeued *count);

/*
 * Lines that move when their first says so. Who enters stays until he leaves; the first of a line can be called, and
 * then looks whether it is his turn. lot_call_first() may be called by a signal handler.
 */
void lot_enter(const void *address, struct place *place);
bool lot_leave(struct place *place); /* false: lot_wake() has taken him out before */
bool lot_is_first(const struct place *place);
bool lot_is_in_line(const struct place *place); /* false once lot_wake() has taken him out */

/* What the two below come to where there is somebody; with nobody there, they look once at memory. */
bool lot_finds_line(const void *address);
void lot_find_and_call_first(const void *address);

static inline bool lot_may_have_line(const void *address)
{
	return __atomic_load_n(&bucket_of(address)->queue.first, __ATOMIC_SEQ_CST);
}

static inline void lot_call_first(const void *address)
{
	if (lot_may_have_line(address))
		lot_find_and_call_first(address);
}

/* True when somebody stands in a line at this address. */
static inline bool lot_has_line(const void *address)
{
	return lot_may_have_line(address) && lot_finds_line(address);
}

/* Parks or blocks the caller, who stands in line, until he is called. Returns as park() does. */
int lot_stay(struct place *place, const struct until *until);

/* The same, killed or not, until lot_wake() has taken him out of the line. */
void lot_stay_until_woken(struct place *place);

/* Calls the first of every line: what lot_call_first() leaves to the hub when it cannot do it itself. */
void lot_call_all(void);

/*
 * The urgency of g, of the caller's hub, has changed: where it waits in a line in which it follows that, it is moved to
 * the place that it would get now. As the kernel has it, that is so for what inherits priorities; in other lines a
 * waiter stays where it is.
 */
void lot_follow_urgency(struct greenlet *g);

/* Calls f with each greenlet that stands in a line, and the address of that. It must not come back here. */
void lot_for_each(void (*f)(struct greenlet *g, const void *address, void *arg), void *arg);

/* In the child of a fork: whoever waited has stayed in the parent. */
void lot_reset(void);

#endif
