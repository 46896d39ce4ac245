/*
 * Threads that are greenlets: pthread_create() spawns one, and its pthread_t is what pthread_self() returns in it, as
 * for any other thread. Threads of the system's own stay what they are; for them the hooks call libc.
 */
#include "attr.h"
#include "calls.h"
#include "create.h"
#include "ended.h"
#include "preload/core/blocking.h"
#include "preload/core/deadline.h"
#include "preload/core/exit_thread.h"
#include "preload/core/options.h"
#include "preload/core/stats.h"
#include "preload/patch/futex_users.h"
#include "runtime/glibc/tls.h"
#include "runtime/lifecycle/exit.h"
#include "runtime/sched/handlers.h"
#include "runtime/sched/mask.h"
#include "runtime/sched/preempt.h"
#include "runtime/sched/task.h"
#include "runtime/sync/parking_lot.h"
#include "runtime/sys/memory.h"
#include <stdlib.h>

/*
 * True on an OS thread that is neither a host nor the first of the process, and in a task: there pthread_create() makes
 * an OS thread.
 */
static bool makes_threads(const void *caller)
{
	return call_is_off[CALL_pthread_create] || task_flags || (!self && libc.gettid() != sys_getpid()) ||
	       waits_by_itself(caller);
}

/* A thread of the system's inherits the OS thread's mask, which must be the creator's own for that time. */
static int create_natively(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *arg)
{
	bool shown = show_own_mask();
	int error = libc.pthread_create(thread, attributes, start, arg);

	if (shown)
		apply_masks(self->hub);
	return error;
}

/* Makes g preemptible: code that runs in threads expects preemption at any time, and may rely on it. */
static void slice(struct greenlet *g)
{
	after_slice = end_if_cancelled_at_once;
	find_allocator = libc_allocator;
	g->prio.sliced = true;
	g->hub->main.prio.sliced = true;
	slices_start(g->hub);
}

/*
 * Memory is short: returns true if another attempt to create a thread is worthwhile. First the stacks of ended threads
 * that the new thread cannot use are freed. Then every ready thread runs, because threads that are about to end free
 * their stacks; natively they would end meanwhile on another processor.
 */
static bool make_room(void)
{
	struct greenlet *me = self;

	if (!me)
		return false;
	if (release_pool(me->hub))
		return true;
	if (!has_reason_to_park(me) || me->loading || is_in_handler())
		return false;
	yield_now();
	return pool_has_any(me->hub);
}

static int create(pthread_t *thread, const struct thread_attr *attr, void *(*start)(void *), void *arg)
{
	unsigned inherited = self ? self->prio.urgency : 0;
	unsigned urgency = attr->policy == POLICY_OF_MAIN ? inherited : urgency_of_policy(attr->policy, attr->priority);
	struct greenlet *g;

	if (urgency > inherited && policy_is_granted(attr->policy, attr->priority) != 0) {
		memory_free(attr->processors);
		return EPERM;
	}
	g = spawn(&attr->attr, start, arg);
	while (!g && errno == ENOMEM && make_room())
		g = spawn(&attr->attr, start, arg);
	if (!g) {
		memory_free(attr->processors);
		return errno == ENOMEM ? EAGAIN : ENOTSUP;
	}
	g->prio.policy = attr->policy;
	g->prio.priority = attr->priority;
	g->prio.niceness = attr->niceness;
	g->prio.processors = attr->processors;
	slice(g);
	*thread = thread_of(g);
	if (inherited || urgency) { /* as in the kernel, it inherits first */
		set_urgency(g, inherited);
		change_urgency(g, urgency);
	}
	return 0;
}

int make_thread_for(
    const void *caller, pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *arg)
{
	struct thread_attr attr;
	int error, before = errno;

	read_options();
	if (makes_threads(caller))
		return create_natively(thread, attributes, start, arg);
	/* If greenlets cannot be created (no descriptor is left, a filter refuses what they need), OS threads can. */
	error = read_thread_attr(attributes, &attr);
	if (!error && !slices_can_start()) {
		memory_free(attr.processors);
		error = ENOTSUP;
	} else if (!error) {
		error = create(thread, &attr, start, arg);
	}
	errno = before;
	if (error != ENOTSUP)
		return error;
	stats_native_thread();
	return create_natively(thread, attributes, start, arg);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *arg)
{
	return make_thread_for(__builtin_return_address(0), thread, attributes, start, arg);
}

struct join {
	struct greenlet *joined;
	struct lot_waiter place;
};

static void leave_join(void *arg)
{
	struct join *join = arg;

	parking_lot_leave(&join->place);
	join->joined->life.is_joined = false;
}

/*
 * libc cancels a thread without a greenlet only in libc's own waits, or asynchronously: so cancellation is asynchronous
 * while the thread sleeps, but not while it holds a lock of the parking lot.
 */
static int sleep_in(struct join *join, const struct wait_options *until)
{
	int error, type;

	pthread_cleanup_push(leave_join, join);
	libc.pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
	error = parking_lot_park(&join->place, until);
	libc.pthread_setcanceltype(type, NULL);
	pthread_cleanup_pop(0);
	return error;
}

static int wait_as_thread(struct greenlet *g, const struct wait_options *until)
{
	struct join join = {.joined = g};
	int error = 0;

	parking_lot_enter(&g->life.ended, &join.place);
	while (!error && !atomic_load(&g->life.ended) && parking_lot_is_queued(&join.place))
		error = sleep_in(&join, until);
	parking_lot_leave(&join.place);
	return error;
}

static int join_until(struct greenlet *g, void **result, const struct wait_options *until)
{
	struct wait_options mine;
	int error = 0;

	if (was_joined(g))
		return ESRCH;
	if (g->life.detached)
		return EINVAL;
	if (g == self) {
		end_if_cancelled();
		return EDEADLK;
	}
	if (atomic_exchange(&g->life.is_joined, true))
		return EINVAL;
	while (!atomic_load(&g->life.ended) && !error) {
		mine = but_not_by_kill(until);
		stats_parked(CALL_pthread_join);
		error = self ? parking_lot_wait((uint32_t *)&g->life.ended, 0, &mine) : wait_as_thread(g, &mine);
		if (error == EAGAIN || (error == ECANCELED && !is_cancelled()))
			error = 0;
	}
	if (!atomic_load(&g->life.ended)) {
		g->life.is_joined = false;
		if (error == ECANCELED)
			end_if_cancelled();
		return error;
	}
	if (result)
		*result = g->life.value;
	g->life.detached = true;
	release_greenlet(g);
	return 0;
}

struct join_job {
	pthread_t thread;
	void **result;
	int error;
	_Atomic bool is_left;
};

/* The interval at which an offload thread that waits for the end of a thread checks if its greenlet was cancelled. */
#define LOOK_FOR_CANCELLATION (50 * NANOS_PER_MSEC)

static void join_natively(void *arg)
{
	struct join_job *job = arg;
	struct timespec at;

	do {
		at = timespec_of(nanos_add(clock_now(), LOOK_FOR_CANCELLATION));
		job->error = libc.pthread_clockjoin_np(job->thread, job->result, CLOCK_MONOTONIC, &at);
	} while (job->error == ETIMEDOUT && !atomic_load(&job->is_left));
}

static void leave_job(void *arg)
{
	atomic_store(&((struct join_job *)arg)->is_left, true);
}

/* The interval at which the greenlet itself polls, if no offload thread is available. */
#define LOOK_AGAIN (10 * NANOS_PER_MSEC)

/*
 * A greenlet waits for a thread of the system's. A kill does not end the wait, and a thread that has ended is joined
 * even if the caller was cancelled.
 */
static int join_offloaded(pthread_t thread, void **result)
{
	struct wait_options until = {.deadline = FOR_EVER}, moment;
	struct join_job job = {.thread = thread, .result = result};

	if (waits_natively(CALL_pthread_join) && !is_cancelled())
		return libc.pthread_join(thread, result);
	job.error = libc.pthread_tryjoin_np(thread, result);
	while (job.error == EBUSY || job.error == ETIMEDOUT) {
		int ended;

		atomic_store(&job.is_left, false);
		until = but_not_by_kill(&until);
		stats_helped(CALL_pthread_join);
		ended = offload_cancellable(join_natively, leave_job, &job, &until);
		if (ended == EAGAIN) {
			moment = but_not_by_kill(&until);
			moment.deadline = nanos_add(clock_now(), LOOK_AGAIN);
			ended = park(&moment);
			job.error = libc.pthread_tryjoin_np(thread, result);
		}
		if (ended == ECANCELED && job.error)
			end_if_cancelled();
	}
	return job.error;
}

int do_pthread_join(pthread_t thread, void **result)
{
	struct greenlet *g = greenlet_of(thread);

	return g ? join_until(g, result, &wait_forever) : join_offloaded(thread, result);
}
synonym(pthread_join, do_pthread_join);

int pthread_tryjoin_np(pthread_t thread, void **result)
{
	static const struct wait_options at_once = {0};
	struct greenlet *g = greenlet_of(thread);

	if (!g)
		return libc.pthread_tryjoin_np(thread, result);
	return has_ended(g) && !was_joined(g) ? join_until(g, result, &at_once) : EBUSY;
}

static int do_pthread_clockjoin_np(pthread_t thread, void **result, clockid_t clock, const struct timespec *at)
{
	struct greenlet *g = greenlet_of(thread);
	struct wait_options until = {.deadline = FOR_EVER};

	if (!g || !is_waitable(clock))
		return libc.pthread_clockjoin_np(thread, result, clock, at);
	if (at && deadline_by_clock(clock, at, &until) && !atomic_load(&g->life.ended))
		return EINVAL;
	return join_until(g, result, &until);
}
synonym(pthread_clockjoin_np, do_pthread_clockjoin_np);

int pthread_timedjoin_np(pthread_t thread, void **result, const struct timespec *at)
{
	return do_pthread_clockjoin_np(thread, result, CLOCK_REALTIME, at);
}

int do_pthread_detach(pthread_t thread)
{
	struct greenlet *g = greenlet_of(thread);

	if (!g)
		return libc.pthread_detach(thread);
	if (was_joined(g))
		return ESRCH;
	if (g->life.detached)
		return EINVAL;
	if (g->life.is_joined) /* the joining thread releases it */
		return 0;
	g->life.detached = true;
	release_greenlet(g);
	return 0;
}
synonym(pthread_detach, do_pthread_detach);

void pthread_exit(void *value)
{
	exit_thread(value);
}
