#include "offload.h"
#include "helpers.h"
#include "hub.h"
#include "offload_hub.h"
#include <errno.h>
#include <stdlib.h>

static void do_job(struct job *job)
{
	int error = errno;

	if (!self) {
		job->run(job->arg);
		return;
	}
	queue_job(job);
	while (!atomic_load(&job->done))
		park_firmly();
	lock(&helpers_lock);
	unlock(&helpers_lock);
	errno = error;
}

void offload(void (*run)(void *arg), void *arg)
{
	struct job job = {.run = run, .arg = arg, .greenlet = self};

	do_job(&job);
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

	lock(&helpers_lock);
	mine = atomic_load(&job->done);
	job->left = !mine && !take_back_job(job);
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

bool offload_detached(void (*run)(void *arg), void (*done)(void *arg), void *arg)
{
	struct job *job = malloc(sizeof(*job));

	if (!job)
		return false;
	*job = (struct job){.run = run, .drop = done, .arg = arg, .greenlet = self, .left = true};
	queue_job(job);
	return true;
}
