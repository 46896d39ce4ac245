#include "attr.h"
#include "given_name.h"
#include "preload/core/blocking.h"
#include "preload/core/options.h"
#include "runtime/sched/park.h"
#include "runtime/sync/parking_lot.h"
#include "runtime/sys/memory.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The stack size that libc uses if the program sets none. */
static _Atomic size_t usual_stack;

/* The program has changed libc's defaults: then libc is asked each time. */
static _Atomic bool has_set_default;

/*
 * A stack that the program supplies lies below the address that libc keeps, and pthread_attr_getstack() subtracts the
 * size from that address. Without a stack it subtracts from 0.
 */
static void read_stack(const pthread_attr_t *attributes, struct greenlet_attr *attr)
{
	void *low;
	size_t size;
	char *high;

	pthread_attr_getstack(attributes, &low, &size);
	high = (char *)((uintptr_t)low + size);
	pthread_attr_getstacksize(attributes, &attr->stack_size);
	if (high)
		attr->stack = high - attr->stack_size;
	else
		pthread_attr_getguardsize(attributes, &attr->guard_size);
}

/* SCHED_DEADLINE has no priorities, and needs times that these calls do not pass. */
bool is_priority_of(int policy, int priority)
{
	int least = sched_get_priority_min(policy), most = sched_get_priority_max(policy);

	return policy != SCHED_DEADLINE && least >= 0 && priority >= least && priority <= most;
}

int policy_is_granted(int policy, int priority)
{
	struct sched_param wanted = {.sched_priority = priority};
	struct scheduling before = {.size = sizeof(before)};

	if (!urgency_of_policy(policy, priority))
		return 0;
	if (raw_syscall(SYS_sched_getattr, 0, (long)&before, sizeof(before), 0, 0, 0) != 0)
		return EPERM;
	if (urgency_of_policy((int)before.policy, (int)before.priority) >= (unsigned)priority)
		return 0;
	if (raw_syscall(SYS_sched_setscheduler, 0, policy, (long)&wanted, 0, 0, 0) != 0)
		return EPERM;
	raw_syscall(SYS_sched_setattr, 0, (long)&before, 0, 0, 0, 0);
	return 0;
}

void change_urgency(struct greenlet *g, unsigned urgency)
{
	set_urgency(g, urgency);
	parking_lot_follow_urgency(g);
	give_way_to_urgent();
}

void change_urgency_of_main(struct hub *hub)
{
	follow_kernel_urgency(hub);
	parking_lot_follow_urgency(&hub->main);
	give_way_to_urgent();
}

/* libc has checked the priority only against the policy that the attributes had when it was set. */
static int read_scheduling(const pthread_attr_t *attributes, struct thread_attr *attr)
{
	struct sched_param param;
	int inherits, policy;

	pthread_attr_getinheritsched(attributes, &inherits);
	if (inherits == PTHREAD_INHERIT_SCHED)
		return 0;
	pthread_attr_getschedpolicy(attributes, &policy);
	pthread_attr_getschedparam(attributes, &param);
	if (!is_priority_of(policy, param.sched_priority))
		return EINVAL;
	attr->policy = (uint8_t)policy;
	attr->priority = (uint8_t)param.sched_priority;
	return 0;
}

static void read_mask(const pthread_attr_t *attributes, struct greenlet_attr *attr)
{
	sigset_t mask;

	attr->has_mask = pthread_attr_getsigmask_np(attributes, &mask) == 0;
	if (attr->has_mask)
		memcpy(&attr->blocked, &mask, sizeof(attr->blocked));
}

/* The creator's attributes; those of the main greenlet are known to libc. */
static struct thread_attr inherited(void)
{
	struct thread_attr attr = {.policy = POLICY_OF_MAIN, .niceness = NICENESS_OF_MAIN};

	if (!self || self->is_main)
		return attr;
	take_written_names();
	attr.policy = self->prio.policy;
	attr.priority = self->prio.priority;
	attr.niceness = self->prio.niceness;
	attr.attr.name = self->ident.is_named ? self->ident.name : NULL;
	return attr;
}

static int copy_processors(const cpu_set_t *from, cpu_set_t **to)
{
	*to = memory_alloc(sizeof(*from));
	if (!*to)
		return ENOMEM;
	**to = *from;
	return 0;
}

int allowed_processors(const cpu_set_t *wanted, cpu_set_t **allowed)
{
	cpu_set_t both;

	if (libc.sched_getaffinity(0, sizeof(both), &both) != 0)
		return errno;
	CPU_AND(&both, &both, wanted);
	if (!CPU_COUNT(&both))
		return EINVAL;
	return copy_processors(&both, allowed);
}

/* A set that was never set has all bits set. */
static int read_processors(const pthread_attr_t *attributes, struct thread_attr *attr)
{
	cpu_set_t wanted, all;
	int error = pthread_attr_getaffinity_np(attributes, sizeof(wanted), &wanted);

	memset(&all, -1, sizeof(all));
	if (error || CPU_EQUAL(&wanted, &all))
		return error;
	return allowed_processors(&wanted, &attr->processors);
}

static int read_all(const pthread_attr_t *attributes, struct thread_attr *attr)
{
	int detach_state, error;

	pthread_attr_getdetachstate(attributes, &detach_state);
	attr->attr.detached = detach_state == PTHREAD_CREATE_DETACHED;
	read_stack(attributes, &attr->attr);
	read_mask(attributes, &attr->attr);
	error = read_scheduling(attributes, attr);
	return error ?: read_processors(attributes, attr);
}

static int read_default(struct thread_attr *attr)
{
	pthread_attr_t attributes;
	int error = pthread_getattr_default_np(&attributes);

	if (error)
		return error;
	error = read_all(&attributes, attr);
	pthread_attr_destroy(&attributes);
	return error;
}

int pthread_setattr_default_np(const pthread_attr_t *attributes)
{
	int error = libc.pthread_setattr_default_np(attributes);

	if (!error)
		atomic_store(&has_set_default, true);
	return error;
}

/* Asked once, as libc takes a lock and makes a copy. */
static int find_usual_stack(void)
{
	struct thread_attr attr = {0};
	int error = atomic_load(&usual_stack) ? 0 : read_default(&attr);

	if (!error && attr.attr.stack_size)
		atomic_store(&usual_stack, attr.attr.stack_size);
	memory_free(attr.processors);
	return error;
}

/*
 * --stack applies if the program sets no size. A program that sets the default size explicitly cannot be told from one
 * that sets none.
 */
static size_t size_asked_for(size_t size)
{
	bool is_unsaid = stack_asked_for && size == atomic_load(&usual_stack) && !atomic_load(&has_set_default);

	return is_unsaid ? stack_asked_for : size;
}

int read_thread_attr(const pthread_attr_t *attributes, struct thread_attr *attr)
{
	int error = find_usual_stack();

	*attr = inherited();
	attr->attr.guard_size = (size_t)sysconf(_SC_PAGESIZE);
	attr->attr.stack_size = atomic_load(&usual_stack);
	if (attributes && !error)
		error = read_all(attributes, attr);
	else if (!error && atomic_load(&has_set_default))
		error = read_default(attr);
	if (!error && !attr->processors && self && self->prio.processors)
		error = copy_processors(self->prio.processors, &attr->processors);
	if (!attr->attr.stack)
		attr->attr.stack_size = size_asked_for(attr->attr.stack_size);
	return error;
}
