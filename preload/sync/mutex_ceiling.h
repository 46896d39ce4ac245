/* Mutexes with a priority ceiling. */
#ifndef PRELOAD_SYNC_MUTEX_CEILING_H
#define PRELOAD_SYNC_MUTEX_CEILING_H

#include "preload/core/mutex_type.h"

/* As libc's trylock: 0, EBUSY, EDEADLK; EINVAL if the mutex does not admit the caller's priority. */
int try_protecting(pthread_mutex_t *mutex);

/* As libc's unlock, but does not wake the wait queue. */
int unlock_protecting(pthread_mutex_t *mutex);

/*
 * try_for_ceiling() is for a caller that wants to set the ceiling and is first in the queue: 0 if it now has the mutex,
 * EBUSY if not. set_ceiling() is for a caller that has the mutex, by this call or from before: it sets the ceiling,
 * leaves the mutex in this state (0: free), wakes all waiters in the kernel to try again, and returns the old ceiling.
 */
int try_for_ceiling(void *mutex);
int set_ceiling(pthread_mutex_t *mutex, int ceiling, uint32_t state);

#endif
