/* Condition variables that are shared with other processes. */
#ifndef PRELOAD_SYNC_COND_SHARED_H
#define PRELOAD_SYNC_COND_SHARED_H

#include "preload/core/libc.h"

/*
 * Waits as pthread_cond_clockwait(), or for ever where at is NULL, while a helper OS thread does so in libc's way: so
 * whoever signals finds it. Called and returns with the mutex. On a greenlet only. May be woken without cause. A
 * cancellation ends it with ECANCELED, for the caller to act on.
 */
int wait_beside_processes(
    enum call call, pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *at);

#endif
