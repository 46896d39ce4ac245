/* A thread that waits in a call: the test goes on once it does. */
#ifndef WAITING_H
#define WAITING_H

#include "threads.h"
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/syscall.h>

static sem_t begins;
static atomic_int waits_on; /* the kernel's id of the OS thread that it runs on */

/* By the instruction itself: the number is the kernel's own, whatever gettid() is to say. */
static inline int id_of_os_thread(void)
{
	long id = SYS_gettid;

#if defined(__x86_64__)
	__asm__ volatile("syscall" : "+a"(id) : : "rcx", "r11", "memory");
#elif defined(__aarch64__)
	register long number __asm__("x8") = SYS_gettid, result __asm__("x0");

	__asm__ volatile("svc 0" : "=r"(result) : "r"(number) : "memory");
	id = result;
#endif
	return (int)id;
}

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
