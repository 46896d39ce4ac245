/*
 * The mutex of a condition's waiter. As in libc, a waiter remains one of its users while it does not have it, so that
 * pthread_mutex_destroy() says EBUSY.
 */
#ifndef PRELOAD_SYNC_COND_MUTEX_H
#define PRELOAD_SYNC_COND_MUTEX_H

#include "calls.h"
#include "preload/core/libc.h"
#include "runtime/glibc/tls.h"
#include <stdbool.h>

/* The bits of a kind by which an unlock finds out that the caller is not the owner; a plain one just unlocks. */
enum { CHECKS_OWNER = 1 | 2 | 16 | 32 | 64 };

/*
 * Gives the mutex back for the time of a wait. Returns what pthread_mutex_unlock() does; *counts is for
 * lock_after_wait(). In an OS thread that libc knows, once there are greenlets.
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

/* Takes it again; returns what pthread_mutex_lock() does. */
static inline int lock_after_wait(pthread_mutex_t *mutex, bool counts)
{
	int error = do_pthread_mutex_lock(mutex);

	if (counts && (!error || error == EOWNERDEAD))
		mutex->__data.__nusers--;
	return error;
}

#endif
