#include "offload.h"
#include "offload_hub.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/preempt.h"
#include "runtime/sched/wait_cleanup.h"
#include "runtime/sys/defer.h"
#include "runtime/sys/memory.h"
#include "worker_pool.h"
#include <errno.h>
#include <stdlib.h>

/* Waits for a change of a job, or for nothing at all. */
static int park_for_job(const struct wait_options *until)
{
	return offload_make_threads() ? 0 : park(until);
}

static void park_uninterruptibly_for_job(void)
{
	if (!offload_make_threads())
		park_uninterruptibly();
}

static void do_job(struct job *job)
{
	int error = errno;

	if (!self) {
		job->run(job->arg);
		return;
	}
	queue_job(job);
	while (!atomic_load(&job->done))
		park_uninterruptibly_for_job();
	lock(&offload_lock);
	unlock(&offload_lock);
	errno = error;
}

void offload(void (*run)(void *arg), void *arg)
{
	struct job job = {.run = run, .arg = arg, .greenlet = self};

	do_job(&job);
}

bool offload_if_helped(void (*run)(void *arg), void *arg)
{
	struct job job = {.run = run, .arg = arg, .greenlet = self, .may_be_refused = true};

	do_job(&job);
	return !job.is_refused;
}

void offload_wait(void (*run)(void *arg), void *arg)
{
	if (!offload_if_helped(run, arg))
		wait_in_turns(run, arg);
}

void offload_brief(void (*run)(void *arg), void *arg)
{
	struct job job = {.run = run, .arg = arg, .greenlet = self, .is_brief = true};

	do_job(&job);
}

/* True when the job is the greenlet's again: it has run, or never will. Else the helper drops it. */
static bool leave(struct job *job)
{
	bool mine;

	defer_signals();
	lock(&offload_lock);
	mine = atomic_load(&job->done);
	job->left = !mine && !take_back_job(job);
	unlock(&offload_lock);
	resume_signals();
	return !job->left;
}

/* The helper has let go of it. */
static void meet_at_lock(void)
{
	defer_signals();
	lock(&offload_lock);
	unlock(&offload_lock);
	resume_signals();
}

struct abandonable_job {
	struct wait_record stay;
	struct job *job;
	void (*cancel)(void *arg);
};

static void leave_for_good(struct wait_record *stay)
{
	struct job *job = ((struct abandonable_job *)stay)->job;

	if (!leave(job))
		return;
	meet_at_lock();
	job->drop(job->arg);
	memory_free(job);
}

/* The helper has stayed in the parent. */
static void queue_anew(struct wait_record *stay)
{
	struct job *job = ((struct abandonable_job *)stay)->job;

	if (!atomic_load(&job->done))
		queue_job(job);
}

int offload_until(void (*run)(void *arg), void (*drop)(void *arg), void *arg, const struct wait_options *until)
{
	static const struct wait_cleanup way = {leave_for_good, queue_anew};
	struct abandonable_job here = {.job = self ? memory_alloc(sizeof(*here.job)) : NULL};
	struct job *job = here.job;
	int error = 0, errno_before = errno;

	if (!job) {
		offload(run, arg);
		return 0;
	}
	*job = (struct job){.run = run, .drop = drop, .arg = arg, .greenlet = self, .may_be_refused = true};
	push_wait(&here.stay, &way);
	queue_job(job);
	while (!was_abandoned(&here.stay) && !atomic_load(&job->done) && !error)
		error = park_for_job(until);
	errno = errno_before;
	if (was_abandoned(&here.stay))
		return EINTR;
	pop_wait(&here.stay);
	if (error && !leave(job))
		return error;
	meet_at_lock();
	if (atomic_load(&job->done))
		error = job->is_refused ? EAGAIN : 0;
	if (error)
		drop(arg);
	memory_free(job);
	errno = errno_before;
	return error;
}

static void wait_to_the_end(const struct job *job)
{
	while (!atomic_load(&job->done))
		park_uninterruptibly_for_job();
	meet_at_lock();
}

static void leave_cancelled(struct wait_record *stay)
{
	struct abandonable_job *wait = (struct abandonable_job *)stay;

	wait->cancel(wait->job->arg);
	wait_to_the_end(wait->job);
}

static const struct wait_cleanup by_cancelling = {leave_cancelled, queue_anew};

/* From the begin of the job, or of all if no greenlet meets it, to its end or an error. */
static int await(struct abandonable_job *wait, const struct wait_options *until)
{
	struct job *job = wait->job;
	int error = 0;

	while (!atomic_load(&job->done) && !error)
		error = park_for_job(until);
	if (was_abandoned(&wait->stay))
		return error ? error : EINTR;
	pop_wait(&wait->stay);
	if (error)
		wait->cancel(job->arg);
	wait_to_the_end(job);
	return error;
}

int offload_cancellable(void (*run)(void *arg), void (*cancel)(void *arg), void *arg, const struct wait_options *until)
{
	struct job job = {.run = run, .arg = arg, .greenlet = self, .may_be_refused = true};
	struct abandonable_job wait = {.job = &job, .cancel = cancel};
	int error, errno_before = errno;

	push_wait(&wait.stay, &by_cancelling);
	queue_job(&job);
	error = await(&wait, until);
	errno = errno_before;
	return error || !job.is_refused ? error : EAGAIN;
}

int offload_meeting(const struct meeting *meeting, void *arg, const struct wait_options *until)
{
	struct job job = {.run = meeting->job, .arg = arg, .greenlet = self, .is_met = true};
	struct abandonable_job wait = {.job = &job, .cancel = meeting->cancel};
	int error, errno_before = errno;

	push_wait(&wait.stay, &by_cancelling);
	queue_job(&job);
	while (!atomic_load(&job.begun) && !atomic_load(&job.done))
		park_uninterruptibly_for_job();
	if (atomic_load(&job.begun))
		meeting->meet(arg);
	error = await(&wait, until);
	errno = errno_before;
	return error;
}

bool offload_detached(void (*run)(void *arg), void (*done)(void *arg), void *arg)
{
	struct job *job = memory_alloc(sizeof(*job));

	if (!job)
		return false;
	*job = (struct job){
	    .run = run, .drop = done, .arg = arg, .greenlet = self, .left = true, .may_be_refused = true};
	queue_job(job);
	return true;
}
