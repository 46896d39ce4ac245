/*
 * Waiting in turn for an object of libc's: its state stays in libc's format and is changed by libc's own try-function,
 * and whoever finds it taken stands in line. Only the first in line tries, and who comes later stands behind, so the
 * hand-over is fair.
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
	int (*try)(void *address); /* without waiting: EBUSY while it cannot be had */
	/*
	 * For an object that others than this process's greenlets may give back, and tell no waiter in the queue: the
	 * first one waits by wait(call, address, until). It returns 0 when another try is worth it, TAKEN when the
	 * object has become the caller's meanwhile, or ETIMEDOUT, EINTR, ECANCELED. On a greenlet only. NULL: there are
	 * no others.
	 */
	int (*wait)(enum call call, void *address, const struct wait_options *until);
	/*
	 * Called after a waiter has left the queue with this answer of try, or without the object: wakes the one whose
	 * turn it may be now. NULL: the first that is left in the queue, if this waiter goes without.
	 */
	void (*pass_on)(void *address, int answer);
	bool inherits; /* priorities: a waiter whose own changes is moved in the line, see parking_lot_follow_urgency()
			*/
};

enum { TAKEN = -1 };

/* try(address) for a caller that need not queue; EBUSY: it must. */
static inline int try_at_once(void *address, const struct way *way)
{
	return parking_lot_has_waiters(address) ? EBUSY : way->try(address);
}

/* What take_in_turn() comes to where the object is taken, or has waiters. */
int wait_for_turn(enum call call, void *address, const struct way *way, const struct wait_options *until);

/*
 * Calls the way's try when it is the caller's turn, until it answers something else than EBUSY, and returns that; or
 * ETIMEDOUT, EINTR, ECANCELED as until says. Parks, with no lock held.
 */
static inline int take_in_turn(enum call call, void *address, const struct way *way, const struct wait_options *until)
{
	int answer = try_at_once(address, way);

	return answer == EBUSY ? wait_for_turn(call, address, way, until) : answer;
}

/* The same for who stands in line already, perhaps because he was moved there. */
int take_as_placed(enum call call, struct lot_waiter *place, const struct way *way, const struct wait_options *until);

/* For objects that several may have at once: the next waiter tries right after this one. */
void pass_on_shared(void *address, int answer);

/*
 * After the object was given back: whoever is first in line has his turn. A signal handler may call it.
 */
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
