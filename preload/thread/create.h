#ifndef PRELOAD_THREAD_CREATE_H
#define PRELOAD_THREAD_CREATE_H

#include <pthread.h>

/* pthread_create() for the code at this address. */
int make_thread_for(
    const void *caller, pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *arg);

#endif
