/* Jobs for helper OS threads, and greenlets that have them done. */
#ifndef JOBS_H
#define JOBS_H

#include "runtime/offload/offload.h"
#include "runtime/offload/offload_hub.h"
#include "tests/unit/suite.h"
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>

struct job {
	long input, output;
	long thread;
	sigset_t mask;
};

static inline void square(void *arg)
{
	struct job *job = arg;

	job->output = job->input * job->input;
	job->thread = syscall(SYS_gettid);
	pthread_sigmask(SIG_SETMASK, NULL, &job->mask);
	errno = EIO;
}

static inline void *offload_square(void *job)
{
	errno = 7;
	offload(square, job);
	ck_assert_int_eq(errno, 7);
	return NULL;
}

static inline void sleep_and_square(void *job)
{
	usleep(1000);
	square(job);
}

static sem_t gate __attribute__((unused));

static inline void wait_at_gate(void *flag)
{
	while (sem_wait(&gate) != 0)
		;
	*(_Atomic bool *)flag = true;
}

static inline void *offload_gate(void *flag)
{
	offload(wait_at_gate, flag);
	ck_assert(*(bool *)flag);
	return (void *)(intptr_t)green_sleep(0.001);
}

static inline void post_gate(void *unused)
{
	(void)unused;
	sem_post(&gate);
}

static inline void *offload_post(void *unused)
{
	offload(post_gate, NULL);
	return unused;
}

#endif
