/*
 * A cancellation of a thread that waits where there is no cancellation point. A deferred one waits, too, until the call
 * has returned; an asynchronous one ends the thread at once, and what it waited for is as if it had never come.
 */
#ifndef NO_POINT_H
#define NO_POINT_H

#include "tests/programs/say.h"
#include <pthread.h>
#include <semaphore.h>

struct wait {
	const char *name;
	void (*hold)(int which); /* by the main thread; then the call waits */
	void (*call)(int which);
	void (*release)(int which);
	bool (*is_free)(int which); /* once the thread that waited was cancelled, and it was released */
	int which;
};

static bool has_cleaned_up;
static volatile bool has_returned;
static sem_t comes;

static inline bool is_not_known(int unused)
{
	(void)unused;
	return true;
}

static inline void clean_up(void *unused)
{
	(void)unused;
	has_cleaned_up = true;
}

struct job {
	const struct wait *wait;
	int type;
};

static inline void *wait_in(void *arg)
{
	const struct job *job = arg;

	pthread_cleanup_push(clean_up, NULL);
	sem_post(&comes);
	pthread_setcanceltype(job->type, NULL);
	job->wait->call(job->wait->which);
	has_returned = true;
	pthread_testcancel();
	puts("not cancelled");
	pthread_cleanup_pop(0);
	return NULL;
}

static inline pthread_t begin(const struct job *job)
{
	pthread_t thread;

	has_returned = has_cleaned_up = false;
	if (job->wait->hold)
		job->wait->hold(job->wait->which);
	must("pthread_create", -pthread_create(&thread, NULL, wait_in, (void *)job));
	while (sem_wait(&comes) != 0)
		;
	msleep(15);
	must("pthread_cancel", -pthread_cancel(thread));
	return thread;
}

static inline void finish(const char *what, const struct job *job, pthread_t thread)
{
	void *result;

	must("pthread_join", -pthread_join(thread, &result));
	printf("%s, %s: %s%s%s\n", job->wait->name, what, result == PTHREAD_CANCELED ? "cancelled" : "ended",
	    has_cleaned_up ? ", cleaned up" : "", has_returned ? ", after the call" : "");
}

static inline void cancel_deferred(const struct wait *wait)
{
	const struct job job = {wait, PTHREAD_CANCEL_DEFERRED};
	pthread_t thread = begin(&job);

	msleep(15);
	if (has_returned)
		printf("%s: did not wait\n", wait->name);
	if (wait->release)
		wait->release(wait->which);
	else
		wait->call(wait->which);
	finish("deferred", &job, thread);
}

static inline void cancel_at_once(const struct wait *wait)
{
	const struct job job = {wait, PTHREAD_CANCEL_ASYNCHRONOUS};
	pthread_t thread = begin(&job);

	finish("at any time", &job, thread);
	if (wait->release)
		wait->release(wait->which);
	if (!wait->is_free(wait->which))
		printf("%s: not free\n", wait->name);
}

static inline void cancel_each(const struct wait *waits, int count)
{
	sem_init(&comes, 0, 0);
	for (int i = 0; i < count; i++) {
		cancel_deferred(&waits[i]);
		cancel_at_once(&waits[i]);
	}
}

#endif
