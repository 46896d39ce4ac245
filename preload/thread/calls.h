/* What the hooks of these names do, for other files. */
#ifndef PRELOAD_THREAD_CALLS_H
#define PRELOAD_THREAD_CALLS_H

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

int do_pthread_join(pthread_t thread, void **result);
int do_pthread_detach(pthread_t thread);

int do_pthread_setaffinity_np(pthread_t thread, size_t size, const cpu_set_t *set);
int do_pthread_getaffinity_np(pthread_t thread, size_t size, cpu_set_t *set);
int do_pthread_setschedparam(pthread_t thread, int policy, const struct sched_param *param);
int do_pthread_getschedparam(pthread_t thread, int *policy, struct sched_param *param);
int do_pthread_setschedprio(pthread_t thread, int priority);

int do_setpriority(__priority_which_t which, id_t id, int niceness);
int do_getpriority(__priority_which_t which, id_t id);

#endif
