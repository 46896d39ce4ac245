/*
 * What a program asks and says of its threads. There is one processor's worth of greenlets whatever it says of
 * processors and priorities, so that is accepted and remembered, no more.
 */
#include "blocking.h"
#include <string.h>

/* Those of libc's functions that look a thread up by its id would look for one that the kernel does not have. */
static struct greenlet *spawned(pthread_t thread)
{
	struct greenlet *g = greenlet_of(thread);

	return g && !g->is_main ? g : NULL;
}

int pthread_getattr_np(pthread_t thread, pthread_attr_t *attributes)
{
	struct greenlet *g = spawned(thread);
	int error;

	if (!g)
		return libc.pthread_getattr_np(thread, attributes);
	error = pthread_attr_init(attributes);
	if (error)
		return error;
	pthread_attr_setstack(attributes, g->stack_low, (size_t)((char *)g->stack_high - (char *)g->stack_low));
	pthread_attr_setguardsize(attributes, STACK_GUARD);
	pthread_attr_setdetachstate(attributes, g->detached ? PTHREAD_CREATE_DETACHED : PTHREAD_CREATE_JOINABLE);
	return 0;
}

int pthread_setname_np(pthread_t thread, const char *name)
{
	struct greenlet *g = spawned(thread);

	if (!g)
		return libc.pthread_setname_np(thread, name);
	if (strlen(name) >= sizeof(g->name))
		return ERANGE;
	memcpy(g->name, name, strlen(name) + 1);
	return 0;
}

int pthread_getname_np(pthread_t thread, char *name, size_t size)
{
	struct greenlet *g = spawned(thread);

	if (!g)
		return libc.pthread_getname_np(thread, name, size);
	if (strlen(g->name) >= size)
		return ERANGE;
	memcpy(name, g->name, strlen(g->name) + 1);
	return 0;
}

int pthread_setaffinity_np(pthread_t thread, size_t size, const cpu_set_t *set)
{
	cpu_set_t allowed, wanted;

	if (!spawned(thread))
		return libc.pthread_setaffinity_np(thread, size, set);
	if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
		return errno;
	CPU_ZERO(&wanted);
	memcpy(&wanted, set, size < sizeof(wanted) ? size : sizeof(wanted));
	CPU_AND(&wanted, &wanted, &allowed);
	return CPU_COUNT(&wanted) ? 0 : EINVAL;
}

int pthread_getaffinity_np(pthread_t thread, size_t size, cpu_set_t *set)
{
	if (!spawned(thread))
		return libc.pthread_getaffinity_np(thread, size, set);
	return sched_getaffinity(0, size, set) == 0 ? 0 : errno;
}

static bool is_possible(int policy, int priority)
{
	return priority >= sched_get_priority_min(policy) && priority <= sched_get_priority_max(policy);
}

int pthread_setschedparam(pthread_t thread, int policy, const struct sched_param *param)
{
	struct greenlet *g = spawned(thread);

	if (!g)
		return libc.pthread_setschedparam(thread, policy, param);
	if (sched_get_priority_max(policy) < 0 || !is_possible(policy, param->sched_priority))
		return EINVAL;
	g->policy = (uint8_t)policy;
	g->priority = (uint8_t)param->sched_priority;
	return 0;
}

int pthread_setschedprio(pthread_t thread, int priority)
{
	struct greenlet *g = spawned(thread);

	if (!g)
		return libc.pthread_setschedprio(thread, priority);
	if (!is_possible(g->policy, priority))
		return EINVAL;
	g->priority = (uint8_t)priority;
	return 0;
}

int pthread_getschedparam(pthread_t thread, int *policy, struct sched_param *param)
{
	struct greenlet *g = spawned(thread);

	if (!g)
		return libc.pthread_getschedparam(thread, policy, param);
	*policy = g->policy;
	param->sched_priority = g->priority;
	return 0;
}

/* The processor time of the OS thread that they all share. */
int pthread_getcpuclockid(pthread_t thread, clockid_t *clock)
{
	if (!spawned(thread))
		return libc.pthread_getcpuclockid(thread, clock);
	*clock = CLOCK_THREAD_CPUTIME_ID;
	return 0;
}
