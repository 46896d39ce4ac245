/*
 * Process-shared mutexes whose owner the kernel must know: those that inherit priorities, and robust ones. When a
 * process is killed, the kernel tells the next owner of a robust mutex that the previous owner has died.
 */
#ifndef PRELOAD_SYNC_MUTEX_PROXY_H
#define PRELOAD_SYNC_MUTEX_PROXY_H

#include "preload/core/mutex_type.h"

/* The slow path of is_for_proxy(), for a mutex that is shared and is robust or inherits priorities. */
bool needs_proxy(enum call call, const pthread_mutex_t *mutex);

/*
 * True if the kernel must know the owner and does not know the calling greenlet: then a call on the mutex is made by
 * the greenlet's proxy thread, see proxy_thread.h.
 */
static inline bool is_for_proxy(enum call call, const pthread_mutex_t *mutex)
{
	return is_special(mutex) && is_of_kind(mutex, SHARED) && !is_of_kind(mutex, PROTECTS) &&
	       needs_proxy(call, mutex);
}

/*
 * Makes one of libc's calls on the mutex while the greenlet is parked. clock and at are those of a timed call. Returns
 * what libc returns.
 */
int ask_proxy(enum call call, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *at);

/*
 * Called after libc has found the mutex unrecoverable for the thread with this id: libc's trylock keeps such a mutex,
 * and libc's lock forgets to wake the other waiters.
 */
void tell_of_loss(pthread_mutex_t *mutex, int id);

/*
 * libc's trylock for a mutex that is robust and private to this process. If the owner has died or the mutex is
 * unrecoverable, libc has the kernel take it or release it, and the kernel takes the OS thread for the caller; this
 * function corrects the owner.
 */
int try_left_behind(pthread_mutex_t *mutex);

#endif
