/* Spin locks: a greenlet that spins yields to the others, as one of them may hold the lock. */
#include "fair_queue.h"
#include "runtime/sched/park.h"

/* With OS threads without greenlets the kernel ensures that the owner of the lock gets to run. */
int pthread_spin_lock(pthread_spinlock_t *lock)
{
	int answer;

	if (waits_natively(CALL_pthread_spin_lock))
		return libc.pthread_spin_lock(lock);
	while ((answer = pthread_spin_trylock(lock)) == EBUSY) {
		yield_now();
		end_if_cancelled_at_once();
	}
	return answer;
}
