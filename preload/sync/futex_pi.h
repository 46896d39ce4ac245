/* Futexes of this process that inherit priorities. */
#ifndef PRELOAD_SYNC_FUTEX_PI_H
#define PRELOAD_SYNC_FUTEX_PI_H

#include "runtime/sched/park.h"
#include <stdint.h>

/* As FUTEX_LOCK_PI: parks until the caller has the lock. Returns 0, EDEADLK, or ETIMEDOUT as until says. */
int lock_pi(uint32_t *word, const struct wait_options *until);

/* As FUTEX_TRYLOCK_PI and FUTEX_UNLOCK_PI: 0, EDEADLK, EAGAIN; EPERM. */
int trylock_pi(uint32_t *word);
int unlock_pi(uint32_t *word);

/*
 * As FUTEX_WAIT_REQUEUE_PI: parks while *word holds value, until parking_lot_requeue() moves the caller to the wait
 * queue at other, and then until the caller has that lock. Returns 0 with the lock; EAGAIN, EDEADLK, ETIMEDOUT without
 * it.
 */
int wait_and_lock_pi(uint32_t *word, uint32_t value, uint32_t *other, const struct wait_options *until);

#endif
