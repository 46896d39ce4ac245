#include "worker_pool.h"
#include "offload_hub.h"
#include "runtime/glibc/tls.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/park.h"
#include "runtime/sys/defer.h"
#include "runtime/sys/libc_calls.h"
#include "runtime/sys/memory.h"
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

/*
 * So many at once, beside one for each job that may last for ever: that one may wait for what another job brings, and
 * with too few both would.
 */
#define MOST        512
#define IDLE_SECS   10
#define STACK_BYTES (1024 * 1024) /* touched only as it is used */

struct lock offload_lock; /* guards the pool */

/* All hubs share the helpers. */
static struct {
	struct job *first, **last;
	unsigned queued, helpers, starting, idle, peak;
	unsigned lasting;       /* jobs that may last for ever, queued or being done */
	unsigned generation;    /* whose helpers are counted, and take jobs */
	_Atomic uint32_t calls; /* a futex that the idle ones wait on */
} pool = {.last = &pool.first};

static void take(struct job **link)
{
	struct job *job = *link;

	*link = job->next;
	if (!job->next)
		pool.last = link;
	pool.queued--;
}

static struct job *take_job(void)
{
	struct job *job = pool.first;

	if (job)
		take(&pool.first);
	return job;
}

static struct job *take_refusable_job(void)
{
	struct job **link = &pool.first, *job;

	while (*link && !(*link)->may_be_refused)
		link = &(*link)->next;
	job = *link;
	if (job)
		take(link);
	return job;
}

static struct job *take_brief_job(void)
{
	struct job **link = &pool.first, *job;

	while (*link && !(*link)->is_brief)
		link = &(*link)->next;
	job = *link;
	if (job)
		take(link);
	return job;
}

static void run_job(struct job *job)
{
	if (job->is_met && !hub_running) {
		atomic_store(&job->begun, true);
		unpark(job->greenlet);
	}
	if (!job->is_refused)
		job->run(job->arg);
	/* Under the lock, which the greenlet takes before it goes on: it must not end while we unpark it. */
	lock(&offload_lock);
	pool.lasting -= !job->is_brief;
	if (!job->left) {
		atomic_store(&job->done, true);
		unpark(job->greenlet);
		unlock(&offload_lock);
		return;
	}
	unlock(&offload_lock);
	job->drop(job->arg);
	memory_free(job);
}

/* Waits for a call. False when none came for IDLE_SECS, or to another generation. The lock is released and taken again.
 */
static bool wait_for_call(unsigned generation)
{
	struct timespec patience = {.tv_sec = IDLE_SECS};
	uint32_t calls = atomic_load(&pool.calls);
	long result;

	pool.idle++;
	unlock(&offload_lock);
	result = raw_syscall(SYS_futex, (long)&pool.calls, FUTEX_WAIT_PRIVATE, (long)calls, (long)&patience, 0, 0);
	lock(&offload_lock);
	if (generation != pool.generation)
		return false;
	pool.idle--;
	return result != -ETIMEDOUT || pool.first;
}

static void run_jobs(unsigned generation)
{
	struct job *job;

	while (generation == pool.generation && (job = take_job())) {
		unlock(&offload_lock);
		run_job(job);
		lock(&offload_lock);
	}
}

static void *help(void *of_generation)
{
	unsigned generation = (unsigned)(uintptr_t)of_generation;

	lock(&offload_lock);
	if (generation == pool.generation)
		pool.starting--;
	do
		run_jobs(generation);
	while (generation == pool.generation && wait_for_call(generation));
	if (generation == pool.generation)
		pool.helpers--;
	unlock(&offload_lock);
	return NULL;
}

int make_os_thread(pthread_t *thread, void *(*run)(void *arg), void *arg)
{
	pthread_attr_t attributes;
	sigset_t all;
	int error = pthread_attr_init(&attributes);

	if (error)
		return error;
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	/* libc leaves its own signals out of both. */
	sigfillset(&all);
	pthread_attr_setsigmask_np(&attributes, &all);
	error = libc_calls.pthread_create(thread, &attributes, run, arg);
	pthread_attr_destroy(&attributes);
	return error;
}

/* True when there are more jobs than helpers that will take one. */
static bool is_short_of_helpers(void)
{
	return pool.queued > pool.idle + pool.starting && pool.helpers < MOST + pool.lasting;
}

/* Called and returns with the lock and signals held. False where the system gives no thread. */
static bool add_helper(void)
{
	unsigned generation = pool.generation;
	pthread_t thread;
	int error;

	pool.helpers++;
	pool.starting++;
	unlock(&offload_lock);
	resume_signals();
	error = make_os_thread(&thread, help, (void *)(uintptr_t)generation);
	if (!error)
		libc_calls.pthread_detach(thread);
	defer_signals();
	lock(&offload_lock);
	if (generation != pool.generation)
		return !error;
	if (error) {
		pool.helpers--;
		pool.starting--;
	} else if (pool.peak < pool.helpers) {
		pool.peak = pool.helpers;
	}
	return !error;
}

/* Called with the lock held. */
static void refuse_jobs(void)
{
	struct job *job;

	while ((job = take_refusable_job())) {
		job->is_refused = true;
		unlock(&offload_lock);
		run_job(job);
		lock(&offload_lock);
	}
}

/*
 * The system gives no thread: better that all wait for a job than that it is never done. Where there are helpers a
 * brief one, for they may all be in jobs that never end. Called with the lock held.
 */
static void do_it_here(void)
{
	struct job *job;

	while ((job = pool.helpers ? take_brief_job() : take_job())) {
		unlock(&offload_lock);
		run_job(job);
		lock(&offload_lock);
	}
}

/* False where there are too few, and the system gives no more. */
static bool add_helpers(void)
{
	bool has_come = true;

	defer_signals();
	lock(&offload_lock);
	while (has_come && is_short_of_helpers())
		has_come = add_helper();
	unlock(&offload_lock);
	resume_signals();
	return has_come;
}

bool offload_make_threads(void)
{
	struct hub *hub = self->hub;
	int before = errno;

	/* In the child of a fork the hub has no descriptor yet by which a helper could knock: the old one is the
	 * parent's. */
	if (hub->offload_thread_wanted != OFFLOAD_THREAD_WANTED || hub_refresh(hub) != 0)
		return false;
	hub->offload_thread_wanted = NO_OFFLOAD_THREAD_WANTED;
	if (!add_helpers())
		hub->offload_thread_wanted = OFFLOAD_THREAD_REFUSED;
	errno = before;
	return true;
}

void offload_from_hub(struct hub *hub)
{
	bool has_come;

	/* A greenlet that is ready is about to make it. */
	if (!hub->offload_thread_wanted || (hub->offload_thread_wanted == OFFLOAD_THREAD_WANTED && hub->ready.first))
		return;
	has_come = hub->offload_thread_wanted == OFFLOAD_THREAD_WANTED && add_helpers();
	hub->offload_thread_wanted = NO_OFFLOAD_THREAD_WANTED;
	if (has_come)
		return;
	lock(&offload_lock);
	refuse_jobs();
	do_it_here();
	unlock(&offload_lock);
}

void queue_job(struct job *job)
{
	defer_signals();
	lock(&offload_lock);
	job->next = NULL;
	*pool.last = job;
	pool.last = &job->next;
	pool.queued++;
	pool.lasting += !job->is_brief;
	if (is_short_of_helpers())
		job->greenlet->hub->offload_thread_wanted = OFFLOAD_THREAD_WANTED;
	atomic_fetch_add(&pool.calls, 1);
	unlock(&offload_lock);
	futex_wake(&pool.calls, 1);
	resume_signals();
}

bool take_back_job(struct job *job)
{
	struct job **link = &pool.first;

	while (*link && *link != job)
		link = &(*link)->next;
	if (!*link)
		return false;
	take(link);
	pool.lasting -= !job->is_brief;
	return true;
}

void offload_renew(void)
{
	lock(&offload_lock);
	pool.generation++;
	pool.helpers = pool.starting = pool.idle = 0;
	if (self)
		self->hub->offload_thread_wanted = is_short_of_helpers() ? OFFLOAD_THREAD_WANTED
									 : NO_OFFLOAD_THREAD_WANTED;
	atomic_fetch_add(&pool.calls, 1);
	unlock(&offload_lock);
	futex_wake(&pool.calls, INT_MAX);
}

void offload_reset(void)
{
	pool.first = NULL;
	pool.last = &pool.first;
	pool.queued = pool.helpers = pool.starting = pool.idle = pool.lasting = 0;
}

bool offload_is_idle(void)
{
	bool is_idle;

	lock(&offload_lock);
	is_idle = !pool.queued && !pool.starting && pool.idle == pool.helpers;
	unlock(&offload_lock);
	return is_idle;
}

unsigned offload_threads(void)
{
	return pool.helpers;
}

unsigned offload_peak(void)
{
	return pool.peak;
}
