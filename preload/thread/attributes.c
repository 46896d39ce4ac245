/*
 * The attributes of threads that a program reads and sets. Greenlets share one processor whatever the program asks for,
 * so processors are accepted and remembered, no more. Real-time priorities order greenlets, see make_ready().
 */
#include "attr.h"
#include "calls.h"
#include "ended.h"
#include "given_name.h"
#include "name.h"
#include "preload/core/blocking.h"
#include "preload/core/thread_ids.h"
#include "preload/patch/sanitizers.h"
#include "runtime/sys/memory.h"
#include <stdlib.h>
#include <string.h>

/*
 * The greenlet of a thread that is not a main one. libc's functions that look a thread up by its id would look for an
 * id that the kernel does not have.
 */
static struct greenlet *spawned(pthread_t thread)
{
	struct greenlet *g = greenlet_of(thread);

	return g && !g->is_main ? g : NULL;
}

/*
 * libc passes the id of the thread on to the kernel. For a thread that has ended the id is 0, which means the caller.
 * Returns false for a thread that was joined, which does not exist.
 */
static bool finds_processors(pthread_t *thread)
{
	const struct greenlet *g = greenlet_of(*thread);

	if (has_ended(g) && !was_joined(g))
		*thread = pthread_self();
	return !was_joined(g);
}

static pthread_t main_of(const struct greenlet *g)
{
	return thread_of(&g->hub->main);
}

/*
 * Reports the stack's address and size as for any thread: the guard lies right below. If the stack is ours, the page
 * with the first frame is its last one; thread-local variables share that page.
 */
static void show_stack(const struct greenlet *g, pthread_attr_t *attributes)
{
	if (g->mem.is_given)
		pthread_attr_setstack(attributes, g->mem.low, g->mem.size);
	else
		pthread_attr_setstack(
		    attributes, (char *)whole_pages((uintptr_t)g->mem.high) - g->mem.size, g->mem.size);
	pthread_attr_setguardsize(attributes, g->mem.guard_size);
}

static int describe(pthread_t thread, pthread_attr_t *attributes)
{
	struct greenlet *g = spawned(thread);
	struct sched_param param;
	cpu_set_t processors;
	int error, policy;

	if (!g)
		return libc.pthread_getattr_np(thread, attributes);
	error = pthread_attr_init(attributes);
	if (error)
		return error;
	show_stack(g, attributes);
	pthread_attr_setdetachstate(attributes, g->life.detached ? PTHREAD_CREATE_DETACHED : PTHREAD_CREATE_JOINABLE);
	if (policy_of(g, &policy, &param) == 0) {
		pthread_attr_setschedpolicy(attributes, policy);
		pthread_attr_setschedparam(attributes, &param);
	}
	error = do_pthread_getaffinity_np(thread, sizeof(processors), &processors);
	if (!error)
		error = pthread_attr_setaffinity_np(attributes, sizeof(processors), &processors);
	if (error)
		pthread_attr_destroy(attributes);
	return error;
}

/* ThreadSanitizer calls this while it starts a thread that it does not know yet. No code that it sees may run then. */
BEFORE_SANITIZER int pthread_getattr_np(pthread_t thread, pthread_attr_t *attributes)
{
	if (is_of_thread_sanitizer(__builtin_return_address(0)))
		return libc.pthread_getattr_np(thread, attributes);
	return describe(thread, attributes);
}

int pthread_setname_np(pthread_t thread, const char *name)
{
	struct greenlet *g = spawned(thread);

	if (strlen(name) >= sizeof(g->ident.name))
		return ERANGE;
	if (has_ended(greenlet_of(thread)))
		return ENOENT;
	if (g)
		rename_greenlet(g, name);
	else
		keep_inherited_names(greenlet_of(thread));
	return g ? 0 : libc.pthread_setname_np(thread, name);
}

int pthread_getname_np(pthread_t thread, char *name, size_t size)
{
	struct greenlet *g = spawned(thread);

	if (size < sizeof(g->ident.name))
		return ERANGE;
	if (has_ended(greenlet_of(thread)))
		return ENOENT;
	take_written_names();
	if (!g || !g->ident.is_named)
		return libc.pthread_getname_np(g ? main_of(g) : thread, name, size);
	memcpy(name, g->ident.name, strlen(g->ident.name) + 1);
	return 0;
}

int do_pthread_setaffinity_np(pthread_t thread, size_t size, const cpu_set_t *set)
{
	bool is_there = finds_processors(&thread);
	struct greenlet *g = spawned(thread);
	cpu_set_t wanted, *before;
	int error;

	if (!is_there)
		return ESRCH;
	if (!g)
		return libc.pthread_setaffinity_np(thread, size, set);
	CPU_ZERO(&wanted);
	memcpy(&wanted, set, size < sizeof(wanted) ? size : sizeof(wanted));
	before = g->prio.processors;
	error = allowed_processors(&wanted, &g->prio.processors);
	if (!error)
		memory_free(before);
	return error;
}
synonym(pthread_setaffinity_np, do_pthread_setaffinity_np);

int do_pthread_getaffinity_np(pthread_t thread, size_t size, cpu_set_t *set)
{
	bool is_there = finds_processors(&thread);
	struct greenlet *g = spawned(thread);

	if (!is_there)
		return ESRCH;
	if (!g)
		return libc.pthread_getaffinity_np(thread, size, set);
	if (libc.pthread_getaffinity_np(main_of(g), size, set) != 0)
		return EINVAL;
	if (g->prio.processors)
		memcpy(
		    set, g->prio.processors, size < sizeof(*g->prio.processors) ? size : sizeof(*g->prio.processors));
	return 0;
}
synonym(pthread_getaffinity_np, do_pthread_getaffinity_np);

/* Greenlets of another OS thread are ordered by that OS thread: for them the policy is only remembered. */
static int change_policy(struct greenlet *g, int policy, int priority)
{
	unsigned urgency = urgency_of_policy(policy, priority);

	if (urgency > g->prio.urgency && policy_is_granted(policy, priority) != 0)
		return EPERM;
	g->prio.policy = (uint8_t)policy;
	g->prio.priority = (uint8_t)priority;
	if (self && self->hub == g->hub)
		change_urgency(g, urgency);
	return 0;
}

/*
 * libc has set a thread's priority in the kernel, with this result; if it is the main greenlet of the caller's hub, the
 * hub orders it accordingly.
 */
static int of_main(struct greenlet *g, int error)
{
	if (!error && g && self && self->hub == g->hub)
		change_urgency_of_main(g->hub);
	return error;
}

int do_pthread_setschedparam(pthread_t thread, int policy, const struct sched_param *param)
{
	struct greenlet *g = spawned(thread);

	if (has_ended(greenlet_of(thread)))
		return ESRCH;
	if (!g)
		return of_main(greenlet_of(thread), libc.pthread_setschedparam(thread, policy, param));
	if (!is_priority_of(policy, param->sched_priority))
		return EINVAL;
	return change_policy(g, policy, param->sched_priority);
}
synonym(pthread_setschedparam, do_pthread_setschedparam);

int do_pthread_setschedprio(pthread_t thread, int priority)
{
	struct greenlet *g = spawned(thread);
	struct sched_param param;
	int policy, error;

	if (has_ended(greenlet_of(thread)))
		return ESRCH;
	if (!g)
		return of_main(greenlet_of(thread), libc.pthread_setschedprio(thread, priority));
	error = policy_of(g, &policy, &param);
	if (error || !is_priority_of(policy, priority))
		return error ?: EINVAL;
	return change_policy(g, policy, priority);
}
synonym(pthread_setschedprio, do_pthread_setschedprio);

int do_pthread_getschedparam(pthread_t thread, int *policy, struct sched_param *param)
{
	struct greenlet *g = spawned(thread);

	if (has_ended(greenlet_of(thread)))
		return ESRCH;
	if (!g)
		return libc.pthread_getschedparam(thread, policy, param);
	return policy_of(g, policy, param);
}
synonym(pthread_getschedparam, do_pthread_getschedparam);

/* The processor time of the OS thread, which all its greenlets share. */
int pthread_getcpuclockid(pthread_t thread, clockid_t *clock)
{
	if (has_ended(greenlet_of(thread)))
		return ESRCH;
	if (!spawned(thread))
		return libc.pthread_getcpuclockid(thread, clock);
	*clock = CLOCK_THREAD_CPUTIME_ID;
	return 0;
}
