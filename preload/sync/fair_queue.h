/*
 * Fair locks on libc's objects: the state stays in libc's format and is changed by libc's own try-function. A caller
 * that finds the object taken joins its wait queue. Only the first waiter tries, and later callers queue behind it, so
 * the hand-over is fair.
 */
#ifndef PRELOAD_SYNC_FAIR_QUEUE_H
#define PRELOAD_SYNC_FAIR_QUEUE_H

#include "preload/core/blocking.h"
#include "preload/core/deadline.h"
#include "runtime/glibc/tls.h"
#include "runtime/sync/parking_lot.h"

/*
 * How waiters come to have a kind of object. The address at which they queue, which is usually the object's own, is
 * what the functions get.
 */
struct way {
	int (*try)(void *address); /* without waiting; EBUSY if the object cannot be taken now */
	/*
	 * For an object that may also be released from outside this process's greenlets, without a wake-up of the wait
	 * queue: the first waiter waits by wait(call, address, until). It returns 0 when another try is worthwhile,
	 * TAKEN when the caller has acquired the object meanwhile, or ETIMEDOUT, EINTR, ECANCELED. On a greenlet only.
	 * NULL: the object is released by this process's greenlets only.
	 */
	int (*wait)(enum call call, void *address, const struct wait_options *until);
	/*
	 * Called after a waiter has left the queue with this answer of try, or without the object: wakes the waiter
	 * that may be next. NULL: wakes the first of those left in the queue, if this waiter leaves without the object.
	 */
	void (*pass_on)(void *address, int answer);
	bool inherits; /* waiters move when their priority changes, see parking_lot_follow_urgency() */
};

enum { TAKEN = -1 };

/* try(address) for a caller that need not queue; EBUSY: it must. */
static inline int try_at_once(void *address, const struct way *way)
{
	return parking_lot_has_waiters(address) ? EBUSY : way->try(address);
}

/* The slow path of take_in_turn(): the object is taken, or has waiters. */
int wait_for_turn(enum call call, void *address, const struct way *way, const struct wait_options *until);

/*
 * Calls the way's try when the caller is first in the queue, until it returns something other than EBUSY, and returns
 * that; or ETIMEDOUT, EINTR, ECANCELED as until says. Parks, with no lock held.
 */
static inline int take_in_turn(enum call call, void *address, const struct way *way, const struct wait_options *until)
{
	int answer = try_at_once(address, way);

	return answer == EBUSY ? wait_for_turn(call, address, way, until) : answer;
}

/* The same for a caller that is in the queue already, perhaps because a requeue moved it there. */
int take_as_placed(enum call call, struct lot_waiter *place, const struct way *way, const struct wait_options *until);

/* For objects that several waiters may hold at once: the next waiter tries right after this one. */
void pass_on_shared(void *address, int answer);

/* Called after the object was released: wakes the first waiter. Signal-safe. */
static inline void give_turn(void *object)
{
	if (parking_lot_may_have_waiters(object)) {
		parking_lot_find_and_wake_first(object);
		let_urgent_run();
	}
}

/* parking_lot_wake() for a call of the program's. */
static inline int wake_waiters(const void *address, int count)
{
	int woken = parking_lot_wake(address, count);

	let_urgent_run();
	return woken;
}

#endif
