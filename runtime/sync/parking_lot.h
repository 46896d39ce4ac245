/*
 * The parking lot: waiting by address, for greenlets and OS threads alike. After the parking lot of WebKit (F. Pizlo,
 * "Locking in WebKit"): the state of a lock stays in the program's own object, and its waiters are in a wait queue that
 * is found by hashing the address.
 */
#ifndef RUNTIME_SYNC_PARKING_LOT_H
#define RUNTIME_SYNC_PARKING_LOT_H

#include "parking_lot_bucket.h"
#include "runtime/sched/park.h"
#include "runtime/sched/wait_cleanup.h"
#include "runtime/sched/wait_queue.h"
#include <stdatomic.h>

/* A waiter in the parking lot, on its own stack. */
struct lot_waiter {
	struct waiter waiter;    /* first: the queue knows nothing more */
	struct wait_record stay; /* once it was abandoned it is in no queue, and has been woken */
	const void *address;     /* parking_lot_requeue() may change it */
	uint32_t bits;           /* what it can be woken for */
	bool follows_urgency;    /* see parking_lot_follow_urgency() */
	_Atomic uint32_t called; /* an OS thread without greenlets sleeps on this word */
};

/*
 * Parks the caller, or blocks it if it is no greenlet, while *address holds value, until a wake-up for one of these
 * bits. Returns 0 when woken, EAGAIN when the value is another, or ETIMEDOUT, ECANCELED, EINTR. The only spurious
 * wake-ups are those of parking_lot_wake_all_firsts().
 */
int parking_lot_wait_for(const uint32_t *address, uint32_t value, uint32_t bits, const struct wait_options *until);

/* The same for a wake-up for any bit. */
static inline int parking_lot_wait(const uint32_t *address, uint32_t value, const struct wait_options *until)
{
	return parking_lot_wait_for(address, value, UINT32_MAX, until);
}

/*
 * Wakes up to count waiters at the address that wait for one of these bits, in the order in which they came. Returns
 * how many. From any OS thread, and from a signal handler: if that has interrupted the parking lot, the first waiter of
 * each queue is woken soon.
 */
int parking_lot_wake_for(const void *address, int count, uint32_t bits);

static inline int parking_lot_wake(const void *address, int count)
{
	return parking_lot_wake_for(address, count, UINT32_MAX);
}

/* How many to wake, and how many to move: at most so many before the call, just so many after it. */
struct requeued {
	int woken, moved;
};

/*
 * Wakes the first waiters at an address, and moves the next to the end of the queue at another one. Unless
 * expected is NULL, *from must hold *expected. Returns 0 or EAGAIN. From any OS thread.
 */
int parking_lot_requeue(const uint32_t *from, const uint32_t *expected, const void *to, struct requeued *count);

/*
 * Queues whose waiters leave by themselves. A waiter is queued until it leaves. The first one can be woken; it then
 * checks whether it may go on. parking_lot_wake_first() is signal-safe.
 */
void parking_lot_enter(const void *address, struct lot_waiter *place);
bool parking_lot_leave(struct lot_waiter *place); /* false: parking_lot_wake() has taken it out before */
bool parking_lot_is_first(const struct lot_waiter *place);
bool parking_lot_is_queued(const struct lot_waiter *place); /* false once parking_lot_wake() has taken it out */

/* The slow path of the two below, if there may be a waiter; else they only load one word. */
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

/* True if there is a waiter at this address. */
static inline bool parking_lot_has_waiters(const void *address)
{
	return parking_lot_may_have_waiters(address) && parking_lot_finds_waiters(address);
}

/* Parks or blocks the caller, which is queued, until it is woken. Returns as park() does. */
int parking_lot_park(struct lot_waiter *place, const struct wait_options *until);

/* The same, even if it is killed, until parking_lot_wake() has taken it out of the queue. */
void parking_lot_park_until_woken(struct lot_waiter *place);

/* Wakes the first waiter of every queue: parking_lot_wake_first() leaves that to the hub if it cannot do it itself. */
void parking_lot_wake_all_firsts(void);

/*
 * The urgency of g, of the caller's hub, has changed. If its waiter follows that, it is moved to the place that it
 * would get now. As in the kernel, waiters for locks that inherit priorities do; all others stay where they are.
 */
void parking_lot_follow_urgency(struct greenlet *g);

/* Calls f with each greenlet that waits here, and its address. f must not call the parking lot. */
void parking_lot_for_each(void (*f)(struct greenlet *g, const void *address, void *arg), void *arg);

/* In the child of a fork: the other waiters have stayed in the parent. */
void parking_lot_reset(void);

#endif
