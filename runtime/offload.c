#include "offload.h"
#include "hub.h"
#include "lock.h"
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
#define STACK_BYTES (128 * 1024)

struct job {
	struct job *next;
	void (*run)(void *);
	void *arg;
	struct greenlet *greenlet;
	_Atomic bool done;
	_Atomic bool begun; /* where somebody meets it */
	bool is_met;
	void (*drop)(void *); /* of a job that may be left: it is on the heap, and who leaves it sets left */
	bool left;
};

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

static void queue_job(struct job *job)
{
	lock(&helpers_lock);
	*pool.last = job;
	pool.last = &job->next;
	pool.queued++;
	job->greenlet->hub->helper_wanted = is_short_of_helpers();
	atomic_fetch_add(&pool.calls, 1);
	unlock(&helpers_lock);
	futex_wake(&pool.calls, 1);
}

void offload(void (*run)(void *arg), void *arg)
{
	struct job job = {.run = run, .arg = arg, .greenlet = self};
	int error = errno;

	if (!self) {
		run(arg);
		return;
	}
	queue_job(&job);
	while (!atomic_load(&job.done))
		park_firmly();
	lock(&helpers_lock);
	unlock(&helpers_lock);
	errno = error;
}

/* Takes a job back that no helper has begun. Called with the lock held. */
static bool take_back(struct job *job)
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

/* True when the job is the greenlet's again: it has run, or never will. Else the helper drops it. */
static bool leave(struct job *job)
{
	bool mine;

	lock(&helpers_lock);
	mine = atomic_load(&job->done);
	job->left = !mine && !take_back(job);
	unlock(&helpers_lock);
	return !job->left;
}

int offload_until(void (*run)(void *arg), void (*drop)(void *arg), void *arg, const struct until *until)
{
	struct job *job = self ? malloc(sizeof(*job)) : NULL;
	int error = 0, errno_before = errno;

	if (!job) {
		offload(run, arg);
		return 0;
	}
	*job = (struct job){.run = run, .drop = drop, .arg = arg, .greenlet = self};
	queue_job(job);
	while (!atomic_load(&job->done) && !error)
		error = park(until);
	if (!error || leave(job)) {
		lock(&helpers_lock);
		unlock(&helpers_lock);
		if (atomic_load(&job->done))
			error = 0;
		else
			drop(arg);
		free(job);
	}
	errno = errno_before;
	return error;
}

/* From the begin of the job, or of all if nobody is to meet it, to its end or an error. */
static int await(struct job *job, void (*cancel)(void *arg), const struct until *until)
{
	int error = 0;

	while (!atomic_load(&job->done) && !error)
		error = park(until);
	if (error)
		cancel(job->arg);
	while (!atomic_load(&job->done))
		park_firmly();
	lock(&helpers_lock);
	unlock(&helpers_lock);
	return error;
}

int offload_cancellable(void (*run)(void *arg), void (*cancel)(void *arg), void *arg, const struct until *until)
{
	struct job job = {.run = run, .arg = arg, .greenlet = self};
	int error, errno_before = errno;

	queue_job(&job);
	error = await(&job, cancel, until);
	errno = errno_before;
	return error;
}

int offload_meeting(const struct meeting *meeting, void *arg, const struct until *until)
{
	struct job job = {.run = meeting->job, .arg = arg, .greenlet = self, .is_met = true};
	int error, errno_before = errno;

	queue_job(&job);
	while (!atomic_load(&job.begun) && !atomic_load(&job.done))
		park_firmly();
	if (atomic_load(&job.begun))
		meeting->meet(arg);
	error = await(&job, meeting->cancel, until);
	errno = errno_before;
	return error;
}

void offload_reset(void)
{
	pool.first = NULL;
	pool.last = &pool.first;
	pool.queued = pool.helpers = pool.starting = pool.idle = 0;
}

unsigned offload_peak(void)
{
	return pool.peak;
}
