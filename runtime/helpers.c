#include "helpers.h"
#include "hold.h"
#include "hub.h"
#include "offload_hub.h"
#include "park.h"
#include "tls.h"
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

/*
 * So many at once. Generous, as a job may wait for what another job brings: with too few, both would wait for ever.
 */
#define MOST        512
#define IDLE_SECS   10
#define STACK_BYTES (1024 * 1024) /* touched only as it is used */

struct lock helpers_lock; /* guards the pool */

/* All hubs share the helpers. */
static struct {
	struct job *first, **last;
	unsigned queued, helpers, starting, idle, peak;
	_Atomic uint32_t calls; /* a futex that the idle ones wait on */
} pool = {.last = &pool.first};

static struct job *take_job(void)
{
	struct job *job = pool.first;

	if (!job)
		return NULL;
	pool.first = job->next;
	if (!pool.first)
		pool.last = &pool.first;
	pool.queued--;
	return job;
}

static void run_job(struct job *job)
{
	if (job->is_met && !hub_running) {
		atomic_store(&job->begun, true);
		unpark(job->greenlet);
	}
	job->run(job->arg);
	/* Under the lock, which the greenlet takes before it goes on: it must not end while we unpark it. */
	lock(&helpers_lock);
	if (!job->left) {
		atomic_store(&job->done, true);
		unpark(job->greenlet);
		unlock(&helpers_lock);
		return;
	}
	unlock(&helpers_lock);
	job->drop(job->arg);
	free(job);
}

/* Waits for a call. False when none came for IDLE_SECS. The lock is released and taken again. */
static bool wait_for_call(void)
{
	struct timespec patience = {.tv_sec = IDLE_SECS};
	uint32_t calls = atomic_load(&pool.calls);
	long result;

	pool.idle++;
	unlock(&helpers_lock);
	result = raw_syscall(SYS_futex, (long)&pool.calls, FUTEX_WAIT_PRIVATE, (long)calls, (long)&patience, 0, 0);
	lock(&helpers_lock);
	pool.idle--;
	return result != -ETIMEDOUT || pool.first;
}

static void *help(void *unused)
{
	struct job *job;
	bool called;

	lock(&helpers_lock);
	pool.starting--;
	do {
		while ((job = take_job())) {
			unlock(&helpers_lock);
			run_job(job);
			lock(&helpers_lock);
		}
		called = wait_for_call();
	} while (called);
	pool.helpers--;
	unlock(&helpers_lock);
	return unused;
}

static int make_thread(void)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	pthread_t thread;
	int error = pthread_attr_init(&attributes);

	if (error)
		return error;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	lock(&tls_lock);
	error = pthread_create(&thread, &attributes, help, NULL);
	unlock(&tls_lock);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return error;
}

/* True when there are more jobs than helpers who will take one. */
static bool is_short_of_helpers(void)
{
	return pool.queued > pool.idle + pool.starting && pool.helpers < MOST;
}

/* Called and returns with the lock held. False where the system gives no thread. */
static bool add_helper(void)
{
	int error;

	pool.helpers++;
	pool.starting++;
	unlock(&helpers_lock);
	error = make_thread();
	lock(&helpers_lock);
	if (error) {
		pool.helpers--;
		pool.starting--;
	} else if (pool.peak < pool.helpers) {
		pool.peak = pool.helpers;
	}
	return !error;
}

/* Nobody else can do it: better that all wait for it than that nobody ever does it. Called with the lock held. */
static void do_it_here(void)
{
	struct job *job;

	while (!pool.helpers && (job = take_job())) {
		unlock(&helpers_lock);
		run_job(job);
		lock(&helpers_lock);
	}
}

void offload_make_helper(struct hub *hub)
{
	bool has_come = true;

	if (!hub->helper_wanted)
		return;
	hub->helper_wanted = false;
	lock(&helpers_lock);
	while (has_come && is_short_of_helpers())
		has_come = add_helper();
	do_it_here();
	unlock(&helpers_lock);
}

void queue_job(struct job *job)
{
	hold_signals();
	lock(&helpers_lock);
	job->next = NULL;
	*pool.last = job;
	pool.last = &job->next;
	pool.queued++;
	job->greenlet->hub->helper_wanted = is_short_of_helpers();
	atomic_fetch_add(&pool.calls, 1);
	unlock(&helpers_lock);
	futex_wake(&pool.calls, 1);
	let_signals();
}

bool take_back_job(struct job *job)
{
	struct job **link = &pool.first;

	while (*link && *link != job)
		link = &(*link)->next;
	if (!*link)
		return false;
	*link = job->next;
	if (!job->next)
		pool.last = link;
	pool.queued--;
	return true;
}

void offload_reset(void)
{
	pool.first = NULL;
	pool.last = &pool.first;
	pool.queued = pool.helpers = pool.starting = pool.idle = 0;
}

bool offload_is_idle(void)
{
	bool is_idle;

	lock(&helpers_lock);
	is_idle = !pool.queued && !pool.starting && pool.idle == pool.helpers;
	unlock(&helpers_lock);
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
