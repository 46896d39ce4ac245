/*
 * Mutexes among processes of which the kernel must know the owner: those that inherit priorities, and robust ones, for
 * it tells whoever comes next of the death of an owner whose process is killed.
 */
#ifndef PRELOAD_SYNC_MUTEX_PROXY_H
#define PRELOAD_SYNC_MUTEX_PROXY_H

#include "preload/core/mutex_type.h"

/* What is_for_proxy() comes to for a mutex that is shared, and robust or inherits priorities. */
bool needs_proxy(enum call call, const pthread_mutex_t *mutex);

/*
 * True where the kernel must know the owner, and knows no greenlet: then a call on the mutex is made by an OS thread
 * that stands for the calling greenlet, see proxy_thread.h.
 */
static inline bool is_for_proxy(enum call call, const pthread_mutex_t *mutex)
{
	return is_special(mutex) && is_of_kind(mutex, SHARED) && !is_of_kind(mutex, PROTECTS) &&
	       needs_proxy(call, mutex);
}

/*
 * Makes one of libc's calls on the mutex, the clock and the time being those of a timed one, while the greenlet is
 * parked. Answers as libc does.
 */
int ask_proxy(enum call call, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *at);

/*
 * After libc has found it lost for good, for whom that is the id: its trylock keeps such a mutex, and its lock forgets
 * to wake who else waits.
 */
void tell_of_loss(pthread_mutex_t *mutex, int id);

/*
 * libc's trylock for one that is robust and of this process alone: of one whose owner has died, or that is lost, libc
 * has the kernel take it, or give it back, which takes the OS thread for the caller.
 */
int try_left_behind(pthread_mutex_t *mutex);

#endif
