/*
 * The mutex of a waiter on a condition variable. As in libc, a waiter counts as a user of the mutex while it does not
 * hold it, so that pthread_mutex_destroy() returns EBUSY.
 */
#ifndef PRELOAD_SYNC_COND_MUTEX_H
#define PRELOAD_SYNC_COND_MUTEX_H

#include "calls.h"
#include "preload/core/libc.h"
#include "runtime/glibc/tls.h"
#include <stdbool.h>

/* The bits of a mutex kind for which unlock checks that the caller is the owner; a plain mutex is just unlocked. */
enum { CHECKS_OWNER = 1 | 2 | 16 | 32 | 64 };

/*
 * Unlocks the mutex for the time of a wait. Returns what pthread_mutex_unlock() returns; *counts is to be passed to
 * lock_after_wait(). May be called on any OS thread that libc knows, once there are greenlets.
 */
static inline int unlock_for_wait(pthread_mutex_t *mutex, bool *counts)
{
	int kind = mutex->__data.__kind, error;

	*counts = (kind & 3) == PTHREAD_MUTEX_ADAPTIVE_NP || !(kind & CHECKS_OWNER) ||
		  mutex->__data.__owner == tls_thread_id();
	if (*counts)
		mutex->__data.__nusers++;
	error = do_pthread_mutex_unlock(mutex);
	if (error && *counts)
		mutex->__data.__nusers--;
	return error;
}

/* Locks the mutex again; returns what pthread_mutex_lock() returns. */
static inline int lock_after_wait(pthread_mutex_t *mutex, bool counts)
{
	int error = do_pthread_mutex_lock(mutex);

	if (counts && (!error || error == EOWNERDEAD))
		mutex->__data.__nusers--;
	return error;
}

#endif
