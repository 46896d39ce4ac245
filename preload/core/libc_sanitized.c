#include "libc_sanitized.h"

#ifdef WITH_THREAD_SANITIZER

#include "libc.h"
#include <stdbool.h>

static bool is_understood(clockid_t clock, const struct timespec *until)
{
	return (clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC) && until && until->tv_sec >= 0 &&
	       until->tv_nsec >= 0 && until->tv_nsec < 1000000000;
}

static struct timespec time_of_day(clockid_t clock, const struct timespec *until)
{
	const long second = 1000000000;
	struct timespec now, at;

	libc_clock(clock, &now);
	libc_clock(CLOCK_REALTIME, &at);
	at.tv_sec += until->tv_sec - now.tv_sec;
	at.tv_nsec += until->tv_nsec - now.tv_nsec;
	if (at.tv_nsec < 0 || at.tv_nsec >= second) {
		at.tv_sec += at.tv_nsec < 0 ? -1 : 1;
		at.tv_nsec += at.tv_nsec < 0 ? second : -second;
	}
	return at;
}

#define BY_TIME_OF_DAY(name, timed, parameters, ...)                                                                   \
	static __typeof__(libc.name) own_##name;                                                                       \
                                                                                                                       \
	static int name##_by_day parameters                                                                            \
	{                                                                                                              \
		struct timespec at;                                                                                    \
                                                                                                                       \
		if (!is_understood(clock, until))                                                                      \
			return own_##name(__VA_ARGS__, clock, until);                                                  \
		at = time_of_day(clock, until);                                                                        \
		return libc.timed(__VA_ARGS__, &at);                                                                   \
	}                                                                                                              \
                                                                                                                       \
	static void use_##name(void)                                                                                   \
	{                                                                                                              \
		own_##name = libc.name;                                                                                \
		libc.name = name##_by_day;                                                                             \
	}
BY_TIME_OF_DAY(pthread_clockjoin_np, pthread_timedjoin_np,
    (pthread_t thread, void **result, clockid_t clock, const struct timespec *until), thread, result)
BY_TIME_OF_DAY(pthread_mutex_clocklock, pthread_mutex_timedlock,
    (pthread_mutex_t * mutex, clockid_t clock, const struct timespec *until), mutex)
BY_TIME_OF_DAY(pthread_rwlock_clockrdlock, pthread_rwlock_timedrdlock,
    (pthread_rwlock_t * rwlock, clockid_t clock, const struct timespec *until), rwlock)
BY_TIME_OF_DAY(pthread_rwlock_clockwrlock, pthread_rwlock_timedwrlock,
    (pthread_rwlock_t * rwlock, clockid_t clock, const struct timespec *until), rwlock)
BY_TIME_OF_DAY(
    sem_clockwait, sem_timedwait, (sem_t * semaphore, clockid_t clock, const struct timespec *until), semaphore)

void libc_use_known_to_sanitizer(void)
{
	use_pthread_clockjoin_np();
	use_pthread_mutex_clocklock();
	use_pthread_rwlock_clockrdlock();
	use_pthread_rwlock_clockwrlock();
	use_sem_clockwait();
}

#endif
