/* What the hooks of these names do, for other files. */
#ifndef PRELOAD_SYNC_CALLS_H
#define PRELOAD_SYNC_CALLS_H

#include <pthread.h>

int do_pthread_mutex_lock(pthread_mutex_t *mutex);
int do_pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *at);
int do_pthread_mutex_unlock(pthread_mutex_t *mutex);

int do_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex);
int do_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *at);
int do_pthread_cond_signal(pthread_cond_t *cond);
int do_pthread_cond_broadcast(pthread_cond_t *cond);

#endif
