/* Condition variables that are shared with other processes. */
#ifndef PRELOAD_SYNC_COND_SHARED_H
#define PRELOAD_SYNC_COND_SHARED_H

#include "preload/core/libc.h"

/*
 * Waits as pthread_cond_clockwait() does, or for ever if at is NULL, while an offload thread does so by libc's means:
 * so a signal from any process finds it. Called and returns with the mutex held. On a greenlet only. The wake-up may be
 * spurious. A cancellation ends the wait with ECANCELED; the caller must act on it.
 */
int wait_beside_processes(
    enum call call, pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *at);

#endif
