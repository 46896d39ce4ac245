#ifndef THREAD_MAKE_H
#define THREAD_MAKE_H

#include <pthread.h>

/* pthread_create() for the code that has this address. */
int make_thread_for(
    const void *caller, pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *arg);

#endif
