/* What pthread_create is asked for. */
#ifndef PRELOAD_THREAD_ATTR_H
#define PRELOAD_THREAD_ATTR_H

#include "runtime/lifecycle/greenlet.h"

/* The same attributes, and what of them is only remembered. */
struct thread_attr {
	struct greenlet_attr attr;
	uint8_t policy, priority;
	int8_t niceness;
	cpu_set_t *processors; /* of memory_alloc(), the taker's; NULL: all */
};

/*
 * Reads the attributes, NULL for those that libc takes by default, for a thread that the caller is to create. Returns
 * 0, EINVAL or ENOMEM.
 */
int read_thread_attr(const pthread_attr_t *attributes, struct thread_attr *attr);

/* What sched_setattr(2) and sched_getattr(2) pass, as far as all kernels have it. */
struct scheduling {
	uint32_t size, policy;
	uint64_t flags;
	int32_t niceness;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

/* True for a priority that the kernel takes with this policy, where the caller has the right to both. */
bool is_priority_of(int policy, int priority);

/* The real-time priority that these are; 0 where the policy is another. */
static inline unsigned urgency_of_policy(int policy, int priority)
{
	return policy == SCHED_FIFO || policy == SCHED_RR ? (unsigned)priority : 0;
}

/*
 * Whether the kernel grants a thread of the caller these. It is asked by trial: the caller's OS thread has them for a
 * moment. Returns 0 or EPERM.
 */
int policy_is_granted(int policy, int priority);

/*
 * g, of the caller's hub, has this real-time priority from now on, see set_urgency(): its place in a line follows, and
 * the caller runs after the threads that are more urgent than it then.
 */
void change_urgency(struct greenlet *g, unsigned urgency);

/* The same for the main greenlet of the caller's hub, whose priority the kernel has been told. */
void change_urgency_of_main(struct hub *hub);

/* Those of the wanted processors that the process may use, on the heap. Returns 0, EINVAL (none of them), ENOMEM. */
int allowed_processors(const cpu_set_t *wanted, cpu_set_t **allowed);

#endif
