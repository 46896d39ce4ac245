/* Mutexes with a priority ceiling. */
#ifndef PRELOAD_SYNC_MUTEX_CEILING_H
#define PRELOAD_SYNC_MUTEX_CEILING_H

#include "preload/core/mutex_type.h"

/* As libc's trylock: 0, EBUSY, EDEADLK; EINVAL where the caller's priority is not one that the mutex is for. */
int try_protecting(pthread_mutex_t *mutex);

/* As libc's unlock, but for telling the line. */
int unlock_protecting(pthread_mutex_t *mutex);

/*
 * For who is to set the ceiling, and has waited for his turn: 0 where the mutex is his, EBUSY. And, when it is, or was
 * his before: sets it, leaves the mutex in this state (0: free), has all look again, and returns what it was.
 */
int try_for_ceiling(void *mutex);
int set_ceiling(pthread_mutex_t *mutex, int ceiling, uint32_t state);

#endif
