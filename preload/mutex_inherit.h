/* Mutexes that inherit priorities and that other processes may share. */
#ifndef MUTEX_INHERIT_H
#define MUTEX_INHERIT_H

#include "mapping.h"
#include "mutex_kind.h"

/* Of robust ones, to libc all are shared. */
static inline bool inherits_among_processes(const pthread_mutex_t *mutex)
{
	return is_of_kind(mutex, INHERITS | SHARED) && (!is_of_kind(mutex, ROBUST) || is_in_shared_mapping(mutex));
}

/* What is_for_stand_in() comes to for such a mutex. */
bool needs_stand_in(enum call call, const pthread_mutex_t *mutex);

/*
 * True where the kernel must know the owner, and knows no greenlet: then a call on the mutex is made by an OS thread
 * that stands for the calling greenlet, see stand_in.h.
 */
static inline bool is_for_stand_in(enum call call, const pthread_mutex_t *mutex)
{
	return has_protocol(mutex) && inherits_among_processes(mutex) && needs_stand_in(call, mutex);
}

/*
 * Makes one of libc's calls on the mutex, the clock and the time being those of a timed one, while the greenlet is
 * parked. Answers as libc does.
 */
int ask_stand_in(enum call call, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *at);

/*
 * libc's trylock for one that is robust and of this process alone: of one whose owner has died, or that is lost, libc
 * has the kernel take it, or give it back, which takes the OS thread for the caller.
 */
int try_left_behind(pthread_mutex_t *mutex);

#endif
