/* Mutexes: libc's in every respect but the waiting. */
#include "options.h"
#include "turn.h"

/* Nobody who waits for a mutex expects to be told that it was not taken: a kill does not end the wait. */
static const struct until for_ever = {.deadline = FOR_EVER, .firm = true};

/* As libc keeps them in __kind. */
enum { INHERITS_PRIORITY = 32 };

/*
 * For one that inherits priorities libc waits in the kernel, which knows no greenlets: it would look in vain for the
 * thread that a greenlet is to libc.
 */
static bool is_left_to_libc(enum call call, const pthread_mutex_t *mutex)
{
	return waits_natively(call) && !(self && !call_is_off[call] && mutex->__data.__kind & INHERITS_PRIORITY);
}

static int try_mutex(void *mutex)
{
	return pthread_mutex_trylock(mutex);
}

/*
 * Who has it already does not stand in line behind himself: a recursive one is his once more, an error-checking one
 * tells him so, and with any other he waits for ever.
 */
static int lock_in_turn(enum call call, pthread_mutex_t *mutex, const struct until *until)
{
	int kind = mutex->__data.__kind & 3, answer;

	if (mutex->__data.__owner == tls_thread_id() && kind != PTHREAD_MUTEX_NORMAL) {
		answer = pthread_mutex_trylock(mutex);
		if (answer != EBUSY || kind == PTHREAD_MUTEX_ERRORCHECK)
			return answer == EBUSY ? EDEADLK : answer;
	}
	return take_in_turn(call, mutex, try_mutex, false, until);
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	if (is_left_to_libc(CALL_pthread_mutex_lock, mutex))
		return libc.pthread_mutex_lock(mutex);
	return lock_in_turn(CALL_pthread_mutex_lock, mutex, &for_ever);
}

/* A time that is no time matters only to who has to wait. */
static int lock_until(enum call call, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *at)
{
	struct until until = for_ever;
	int wrong = deadline_by_clock(clock, at, &until), answer = lock_in_turn(call, mutex, &until);

	return wrong && answer == ETIMEDOUT ? wrong : answer;
}

int pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *at)
{
	if (is_left_to_libc(CALL_pthread_mutex_timedlock, mutex))
		return libc.pthread_mutex_timedlock(mutex, at);
	return lock_until(CALL_pthread_mutex_timedlock, mutex, CLOCK_REALTIME, at);
}

int pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock, const struct timespec *at)
{
	if (is_left_to_libc(CALL_pthread_mutex_clocklock, mutex) || !is_waitable(clock))
		return libc.pthread_mutex_clocklock(mutex, clock, at);
	return lock_until(CALL_pthread_mutex_clocklock, mutex, clock, at);
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	int answer = libc.pthread_mutex_unlock(mutex);

	if (any_hub())
		give_turn(mutex);
	return answer;
}

synonym(__pthread_mutex_lock, pthread_mutex_lock);
synonym(__pthread_mutex_unlock, pthread_mutex_unlock);
