/*
 * Mutexes with a priority ceiling. They are for threads with real-time priorities, which libc has the kernel raise to
 * the ceiling. A greenlet's priority only orders it among greenlets, and the kernel does not know the greenlet as a
 * thread. So for a greenlet with a real-time priority nothing is raised, and the rest is done as in libc.
 */
#include "mutex_ceiling.h"
#include "preload/core/blocking.h"
#include "preload/core/thread_ids.h"
#include "runtime/glibc/tls.h"
#include <limits.h>
#include <linux/futex.h>

/* False for the main greenlet: the kernel knows its priority. */
static bool has_real_time_priority(int *priority)
{
	struct sched_param param;
	int policy;

	if (!self || self->is_main || policy_of(self, &policy, &param) != 0)
		return false;
	*priority = param.sched_priority;
	return policy == SCHED_FIFO || policy == SCHED_RR;
}

static bool is_own(const pthread_mutex_t *mutex)
{
	return mutex->__data.__owner == tls_thread_id();
}

static bool asks_for_owner(const pthread_mutex_t *mutex)
{
	return type_of(mutex) == PTHREAD_MUTEX_RECURSIVE || type_of(mutex) == PTHREAD_MUTEX_ERRORCHECK;
}

static int take_again(pthread_mutex_t *mutex)
{
	if (type_of(mutex) == PTHREAD_MUTEX_ERRORCHECK)
		return EDEADLK;
	if (mutex->__data.__count == UINT_MAX)
		return EAGAIN;
	mutex->__data.__count++;
	return 0;
}

static int try_for_priority(pthread_mutex_t *mutex, int priority)
{
	uint32_t *word = word_of(mutex), ceiling = __atomic_load_n(word, __ATOMIC_RELAXED) & CEILING;

	if (asks_for_owner(mutex) && is_own(mutex))
		return take_again(mutex);
	if (priority > (int)(ceiling >> CEILING_SHIFT))
		return EINVAL;
	if (!__atomic_compare_exchange_n(word, &ceiling, ceiling | 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return EBUSY;
	mutex->__data.__owner = tls_thread_id();
	mutex->__data.__nusers++;
	mutex->__data.__count = 1;
	return 0;
}

int try_protecting(pthread_mutex_t *mutex)
{
	int priority, answer;

	if (has_real_time_priority(&priority))
		return try_for_priority(mutex, priority);
	answer = libc.pthread_mutex_trylock(mutex);
	/* The kernel does not find the thread; for a thread that it finds it would refuse that priority. */
	return answer == ESRCH ? EINVAL : answer;
}

/* Once the state bits are 0 the mutex may be gone. */
static void give_back(pthread_mutex_t *mutex)
{
	uint32_t *word = word_of(mutex);
	int wake = is_of_kind(mutex, SHARED) ? FUTEX_WAKE : FUTEX_WAKE_PRIVATE;

	mutex->__data.__owner = 0;
	mutex->__data.__nusers--;
	if ((__atomic_fetch_and(word, CEILING, __ATOMIC_SEQ_CST) & STATE) == WAITED_FOR)
		raw_syscall(SYS_futex, (long)word, wake, 1, 0, 0, 0);
}

static int unlock_natively(pthread_mutex_t *mutex)
{
	int answer = libc.pthread_mutex_unlock(mutex);

	return answer == ESRCH ? 0 : answer; /* it was released; libc then found no thread to lower */
}

int unlock_protecting(pthread_mutex_t *mutex)
{
	int priority;

	if (!has_real_time_priority(&priority))
		return unlock_natively(mutex);
	if (asks_for_owner(mutex) && !is_own(mutex))
		return EPERM;
	if (type_of(mutex) != PTHREAD_MUTEX_RECURSIVE || --mutex->__data.__count == 0)
		give_back(mutex);
	return 0;
}

/* The thread that changes the ceiling holds the mutex meanwhile, whatever its priority is. */
int try_for_ceiling(void *object)
{
	uint32_t *word = word_of(object), ceiling = __atomic_load_n(word, __ATOMIC_RELAXED) & CEILING;

	return __atomic_compare_exchange_n(word, &ceiling, ceiling | 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)
		   ? 0
		   : EBUSY;
}

int set_ceiling(pthread_mutex_t *mutex, int ceiling, uint32_t state)
{
	uint32_t *word = word_of(mutex);
	int wake = is_of_kind(mutex, SHARED) ? FUTEX_WAKE : FUTEX_WAKE_PRIVATE;
	uint32_t before = __atomic_exchange_n(word, (uint32_t)ceiling << CEILING_SHIFT | state, __ATOMIC_SEQ_CST);

	raw_syscall(SYS_futex, (long)word, wake, INT_MAX, 0, 0, 0);
	return (int)(before >> CEILING_SHIFT);
}
