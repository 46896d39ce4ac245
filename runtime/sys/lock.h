/*
 * A mutex for our own short critical sections, taken by greenlets, hubs and other OS threads alike; never held across
 * a park. It sleeps in the kernel by a raw futex call that no hook sees. After U. Drepper, "Futexes Are Tricky",
 * mutex2: 0 free, 1 taken, 2 taken and waited for.
 */
#ifndef RUNTIME_SYS_LOCK_H
#define RUNTIME_SYS_LOCK_H

#include "arch.h"
#include <linux/futex.h>
#include <stdatomic.h>

struct lock {
	_Atomic uint32_t state;
};

static inline void futex_wait(_Atomic uint32_t *word, uint32_t value)
{
	raw_syscall(SYS_futex, (long)word, FUTEX_WAIT_PRIVATE, (long)value, 0, 0, 0);
}

static inline void futex_wake(_Atomic uint32_t *word, int count)
{
	raw_syscall(SYS_futex, (long)word, FUTEX_WAKE_PRIVATE, count, 0, 0, 0);
}

static inline void lock(struct lock *l)
{
	uint32_t state = 0;

	if (atomic_compare_exchange_strong_explicit(&l->state, &state, 1, memory_order_acquire, memory_order_relaxed))
		return;
	if (state != 2)
		state = atomic_exchange_explicit(&l->state, 2, memory_order_acquire);
	while (state != 0) {
		futex_wait(&l->state, 2);
		state = atomic_exchange_explicit(&l->state, 2, memory_order_acquire);
	}
}

static inline void unlock(struct lock *l)
{
	if (atomic_exchange_explicit(&l->state, 0, memory_order_release) == 2)
		futex_wake(&l->state, 1);
}

#endif
