/* A thread that waits in a call: the test goes on once it does. */
#ifndef WAITING_H
#define WAITING_H

#include "tests/programs/threads.h"
#include <semaphore.h>
#include <stdatomic.h>

static sem_t begins;
static atomic_int waits_on; /* the kernel's id of the OS thread that it runs on */

/* The thread calls this right before the call that it is to wait in. */
static inline void begin(void)
{
	atomic_store(&waits_on, id_of_os_thread());
	sem_post(&begins);
}

/* Starts it, and returns once it waits. */
static inline pthread_t start_waiting(void *(*run)(void *), void *arg)
{
	pthread_t thread = start(run, arg);

	while (sem_wait(&begins) < 0)
		;
	if (atomic_load(&waits_on) != id_of_os_thread())
		until_asleep(atomic_load(&waits_on));
	else
		msleep(20); /* on the same OS thread, it has run until it waited once this one runs again */
	return thread;
}

#endif
