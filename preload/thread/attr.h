/* The attributes that pthread_create() is given. */
#ifndef PRELOAD_THREAD_ATTR_H
#define PRELOAD_THREAD_ATTR_H

#include "runtime/lifecycle/greenlet.h"

/* The attributes of a greenlet, and those that are only remembered. */
struct thread_attr {
	struct greenlet_attr attr;
	uint8_t policy, priority;
	int8_t niceness;
	cpu_set_t *processors; /* from memory_alloc(), freed by the receiver; NULL: all */
};

/*
 * Reads the attributes, or libc's defaults if attributes is NULL, for a thread that the caller is to create. Returns 0,
 * EINVAL or ENOMEM.
 */
int read_thread_attr(const pthread_attr_t *attributes, struct thread_attr *attr);

/* The argument of sched_setattr(2) and sched_getattr(2), in the size that all kernels support. */
struct scheduling {
	uint32_t size, policy;
	uint64_t flags;
	int32_t niceness;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

/* True for a priority that the kernel accepts with this policy, if the caller has the right to both. */
bool is_priority_of(int policy, int priority);

/* The real-time priority of this policy and priority; 0 for a policy that is not real-time. */
static inline unsigned urgency_of_policy(int policy, int priority)
{
	return policy == SCHED_FIFO || policy == SCHED_RR ? (unsigned)priority : 0;
}

/*
 * Finds out if the kernel grants this policy and priority to a thread of the caller. It does so by trial: the caller's
 * OS thread has them for a moment. Returns 0 or EPERM.
 */
int policy_is_granted(int policy, int priority);

/*
 * Gives g, which belongs to the caller's hub, this real-time priority, see set_urgency(). The place of g in a wait
 * queue follows, and the caller yields to threads that are now more urgent than it.
 */
void change_urgency(struct greenlet *g, unsigned urgency);

/* The same for the main greenlet of the caller's hub; its priority was set in the kernel. */
void change_urgency_of_main(struct hub *hub);

/* Allocates the set of those wanted processors that the process may use. Returns 0, EINVAL (none of them), ENOMEM. */
int allowed_processors(const cpu_set_t *wanted, cpu_set_t **allowed);

#endif
