/* Threads of the test programs. */
#ifndef THREADS_H
#define THREADS_H

#include "say.h"
#include <pthread.h>

static inline pthread_t start(void *(*run)(void *), void *arg)
{
	pthread_t thread;

	must("pthread_create", -pthread_create(&thread, NULL, run, arg));
	return thread;
}

/* Waits for its end and returns its result. */
static inline void *join(pthread_t thread)
{
	void *result;

	must("pthread_join", -pthread_join(thread, &result));
	return result;
}

#endif
