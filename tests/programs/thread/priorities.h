/* Threads with real-time priorities, on one processor, and in which order they have run. */
#ifndef PRIORITIES_H
#define PRIORITIES_H

#include "tests/programs/threads.h"
#include <sched.h>
#include <sys/resource.h>

static volatile char order[64]; /* calls of libc change it, by running others */
static volatile size_t notes;

static inline void note(const char *name)
{
	order[notes++] = *name;
}

static inline void say_order(const char *what)
{
	printf("%s: %.*s\n", what, (int)notes, (const char *)order);
	notes = 0;
}

static inline int be(int priority)
{
	struct sched_param param = {.sched_priority = priority};

	return pthread_setschedparam(pthread_self(), priority ? SCHED_FIFO : SCHED_OTHER, &param);
}

static inline void keep_to_one_processor(void)
{
	cpu_set_t set;
	int cpu = 0;

	must("affinity", sched_getaffinity(0, sizeof(set), &set));
	while (!CPU_ISSET(cpu, &set))
		cpu++;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	must("affinity", sched_setaffinity(0, sizeof(set), &set));
}

/* Prints that the test is skipped where the program has no right to them, or where all have. */
static inline bool priorities_are_granted(void)
{
	struct rlimit limit;

	must("getrlimit", getrlimit(RLIMIT_RTPRIO, &limit));
	if (limit.rlim_cur != 0 || be(1) != 0) {
		puts("skipped: real-time priorities are not granted, or to all");
		return false;
	}
	must("be", -be(0));
	return true;
}

#endif
