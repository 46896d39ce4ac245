/* Mutexes: as in libc except for the waiting. */
#include "arch.h"
#include "calls.h"
#include "fair_queue.h"
#include "mutex_ceiling.h"
#include "mutex_proxy.h"
#include "preload/core/options.h"
#include "shared_futex.h"
#include <limits.h>
#include <sys/syscall.h>

/* A caller that waits for a mutex does not expect to return without it: a kill does not end the wait. */

static int try_mutex(void *object)
{
	pthread_mutex_t *mutex = object;

	if (!is_special(mutex))
		return libc.pthread_mutex_trylock(mutex);
	if (is_of_kind(mutex, PROTECTS))
		return try_protecting(mutex);
	return is_of_kind(mutex, INHERITS | ROBUST) ? try_left_behind(mutex) : libc.pthread_mutex_trylock(mutex);
}

/* True if the unlock may be a FUTEX_WAKE that we never see: by another process, or at the end of an OS thread. */
static bool comes_from_afar(const pthread_mutex_t *mutex)
{
	return mutex->__data.__kind & (SHARED | ROBUST) && !(mutex->__data.__kind & INHERITS);
}

/* The word that makes the unlocking thread call the kernel; unchanged if the mutex is free by now. */
static uint32_t waited_for(uint32_t word, bool is_robust)
{
	if (is_robust)
		return word & FUTEX_TID_MASK ? word | FUTEX_WAITERS : word;
	return word & STATE ? (word & ~(uint32_t)STATE) | WAITED_FOR : word;
}

/* Returns the new value of the word. */
static uint32_t announce_waiter(pthread_mutex_t *mutex)
{
	uint32_t *word = word_of(mutex), state = __atomic_load_n(word, __ATOMIC_SEQ_CST), marked;

	do
		marked = waited_for(state, mutex->__data.__kind & ROBUST);
	while (!__atomic_compare_exchange_n(word, &state, marked, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
	return marked;
}

static int wait_for_mutex(enum call call, void *object, const struct wait_options *until)
{
	pthread_mutex_t *mutex = object;
	uint32_t word = announce_waiter(mutex);
	int error;

	if (!(mutex->__data.__kind & ROBUST ? word & FUTEX_TID_MASK : word & STATE))
		return 0;
	error = wait_in_kernel(call, word_of(mutex), word, FUTEX_BITSET_MATCH_ANY, until);
	return error == EAGAIN ? 0 : error;
}

static int try_robust(pthread_mutex_t *mutex)
{
	int answer = try_mutex(mutex);

	if (answer == ENOTRECOVERABLE)
		tell_of_loss(mutex, tls_thread_id());
	return answer;
}

/* A waiter that gets the mutex cannot know that it is the last: there may be more waiters in the kernel. */
static int try_after_waiting(void *mutex)
{
	int answer = try_robust(mutex);

	if (!answer || answer == EOWNERDEAD)
		announce_waiter(mutex);
	return answer;
}

static int take_ceiling(enum call call, pthread_mutex_t *mutex)
{
	static const struct way own = {.try = try_for_ceiling};
	static const struct way shared = {.try = try_for_ceiling, .wait = wait_for_mutex};

	return take_in_turn(call, mutex, comes_from_afar(mutex) ? &shared : &own, &wait_forever_uninterruptibly);
}

static int take_mutex(enum call call, pthread_mutex_t *mutex, const struct wait_options *until)
{
	static const struct way own = {.try = try_mutex}, inheriting = {.try = try_mutex, .inherits = true};
	static const struct way shared = {.try = try_after_waiting, .wait = wait_for_mutex};
	int answer;

	if (!comes_from_afar(mutex))
		return take_in_turn(call, mutex, is_of_kind(mutex, INHERITS) ? &inheriting : &own, until);
	answer = parking_lot_has_waiters(mutex) ? EBUSY : try_robust(mutex);
	return answer == EBUSY ? wait_for_turn(call, mutex, &shared, until) : answer;
}

/*
 * The owner does not queue behind itself: a recursive mutex is locked once more, an error-checking one returns EDEADLK,
 * and with any other kind the owner waits for ever.
 */
static int lock_in_turn(enum call call, pthread_mutex_t *mutex, const struct wait_options *until)
{
	int type = type_of(mutex), answer;

	if (type != PTHREAD_MUTEX_NORMAL && mutex->__data.__owner == tls_thread_id()) {
		answer = try_mutex(mutex);
		if (answer != EBUSY || type == PTHREAD_MUTEX_ERRORCHECK)
			return answer == EBUSY ? EDEADLK : answer;
	}
	return take_mutex(call, mutex, until);
}

/* True for a mutex with a priority ceiling, about which libc would ask the kernel. */
static bool is_protecting(enum call call, const pthread_mutex_t *mutex)
{
	return is_special(mutex) && is_of_kind(mutex, PROTECTS) && self && !call_is_off[call];
}

/*
 * For a mutex that inherits priorities libc waits in the kernel. The kernel does not know greenlets, so it would not
 * find the owner's id that libc has stored. For a private mutex the kernel is not needed.
 */
static bool is_left_to_libc(enum call call, const pthread_mutex_t *mutex)
{
	if (is_protecting(call, mutex))
		return false;
	if (is_special(mutex) && is_of_kind(mutex, INHERITS) && !is_of_kind(mutex, SHARED) && any_hub() &&
	    !call_is_off[call])
		return false;
	return waits_natively(call);
}

/* libc marks all robust mutexes as shared. It only stores that flag, and our code goes by it. */
int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
	int error = libc.pthread_mutex_init(mutex, attributes), scope;

	if (!error && is_of_kind(mutex, ROBUST) && pthread_mutexattr_getpshared(attributes, &scope) == 0 &&
	    scope == PTHREAD_PROCESS_PRIVATE)
		mutex->__data.__kind &= ~SHARED;
	return error;
}

/* A free mutex without waiters is taken at once, on any thread. */
static inline bool take_free(pthread_mutex_t *mutex)
{
	return !is_special(mutex) && !parking_lot_has_waiters(mutex) && libc.pthread_mutex_trylock(mutex) == 0;
}

static SELDOM int lock_taken(pthread_mutex_t *mutex)
{
	if (is_for_proxy(CALL_pthread_mutex_lock, mutex))
		return ask_proxy(CALL_pthread_mutex_lock, mutex, CLOCK_REALTIME, NULL);
	if (is_left_to_libc(CALL_pthread_mutex_lock, mutex))
		return libc.pthread_mutex_lock(mutex);
	return lock_in_turn(CALL_pthread_mutex_lock, mutex, &wait_forever_uninterruptibly);
}

int do_pthread_mutex_lock(pthread_mutex_t *mutex)
{
	return take_free(mutex) ? 0 : lock_taken(mutex);
}
synonym(pthread_mutex_lock, do_pthread_mutex_lock);

/* An invalid time matters only if the caller has to wait. */
static int lock_until(enum call call, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *at)
{
	struct wait_options until = wait_forever_uninterruptibly;
	int wrong = deadline_by_clock(clock, at, &until), answer = lock_in_turn(call, mutex, &until);

	return wrong && answer == ETIMEDOUT ? wrong : answer;
}

int do_pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *at)
{
	if (is_for_proxy(CALL_pthread_mutex_timedlock, mutex))
		return ask_proxy(CALL_pthread_mutex_timedlock, mutex, CLOCK_REALTIME, at);
	if (is_left_to_libc(CALL_pthread_mutex_timedlock, mutex))
		return libc.pthread_mutex_timedlock(mutex, at);
	return lock_until(CALL_pthread_mutex_timedlock, mutex, CLOCK_REALTIME, at);
}
synonym(pthread_mutex_timedlock, do_pthread_mutex_timedlock);

int pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock, const struct timespec *at)
{
	if (is_for_proxy(CALL_pthread_mutex_clocklock, mutex))
		return ask_proxy(CALL_pthread_mutex_clocklock, mutex, clock, at);
	if (is_left_to_libc(CALL_pthread_mutex_clocklock, mutex) || !is_waitable(clock))
		return libc.pthread_mutex_clocklock(mutex, clock, at);
	return lock_until(CALL_pthread_mutex_clocklock, mutex, clock, at);
}

int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
	if (is_for_proxy(CALL_pthread_mutex_trylock, mutex))
		return ask_proxy(CALL_pthread_mutex_trylock, mutex, CLOCK_REALTIME, NULL);
	return self && !call_is_off[CALL_pthread_mutex_trylock] ? try_mutex(mutex) : libc.pthread_mutex_trylock(mutex);
}

static SELDOM int give_back_special(pthread_mutex_t *mutex)
{
	if (is_for_proxy(CALL_pthread_mutex_unlock, mutex))
		return ask_proxy(CALL_pthread_mutex_unlock, mutex, CLOCK_REALTIME, NULL);
	if (is_protecting(CALL_pthread_mutex_unlock, mutex))
		return unlock_protecting(mutex);
	return libc.pthread_mutex_unlock(mutex);
}

int do_pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	int answer = is_special(mutex) ? give_back_special(mutex) : libc.pthread_mutex_unlock(mutex);

	if (any_hub())
		give_turn(mutex);
	return answer;
}
synonym(pthread_mutex_unlock, do_pthread_mutex_unlock);

int pthread_mutex_consistent(pthread_mutex_t *mutex)
{
	if (is_for_proxy(CALL_pthread_mutex_consistent, mutex))
		return ask_proxy(CALL_pthread_mutex_consistent, mutex, CLOCK_REALTIME, NULL);
	return libc.pthread_mutex_consistent(mutex);
}

static int change_ceiling(pthread_mutex_t *mutex, int ceiling, int *before)
{
	bool is_own = mutex->__data.__owner == tls_thread_id();
	uint32_t state = 0;
	int found;

	if (is_own && type_of(mutex) == PTHREAD_MUTEX_ERRORCHECK)
		return EDEADLK;
	if (is_own && type_of(mutex) == PTHREAD_MUTEX_RECURSIVE)
		state = *word_of(mutex) & STATE;
	else
		take_ceiling(CALL_pthread_mutex_setprioceiling, mutex);
	found = set_ceiling(mutex, ceiling, state);
	if (before)
		*before = found;
	if (!state)
		give_turn(mutex);
	return 0;
}

int pthread_mutex_setprioceiling(pthread_mutex_t *mutex, int ceiling, int *before)
{
	if (!is_protecting(CALL_pthread_mutex_setprioceiling, mutex) || ceiling < sched_get_priority_min(SCHED_FIFO) ||
	    ceiling > sched_get_priority_max(SCHED_FIFO))
		return libc.pthread_mutex_setprioceiling(mutex, ceiling, before);
	return change_ceiling(mutex, ceiling, before);
}

synonym(__pthread_mutex_init, pthread_mutex_init);
synonym(__pthread_mutex_lock, do_pthread_mutex_lock);
synonym(__pthread_mutex_trylock, pthread_mutex_trylock);
synonym(__pthread_mutex_unlock, do_pthread_mutex_unlock);
