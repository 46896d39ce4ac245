/* Mutexes that the test programs share with their children. */
#ifndef SHARED_MUTEX_H
#define SHARED_MUTEX_H

#include "say.h"
#include <pthread.h>

static inline void init_shared(pthread_mutex_t *mutex, int kind, int robust, int protocol)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_settype(&attributes, kind);
	pthread_mutexattr_setrobust(&attributes, robust);
	pthread_mutexattr_setprotocol(&attributes, protocol);
	say_error("mutex_init", pthread_mutex_init(mutex, &attributes));
}

#endif
