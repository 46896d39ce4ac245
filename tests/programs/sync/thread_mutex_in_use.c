/* threads and helpers */
/* A mutex that a condition's waiter will take again is in use. */
#include "tests/programs/threads.h"
#include <sched.h>

struct wait {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	bool waits, may_go, times_out, is_cancelled;
	int count;
};

static void give_back(void *mutex)
{
	say_error("cancelled with the mutex", pthread_mutex_unlock(mutex));
}

static void *wait_for_leave(void *arg)
{
	static const struct timespec past = {1, 0};
	struct wait *wait = arg;

	for (int i = 0; i < wait->count; i++)
		pthread_mutex_lock(&wait->mutex);
	if (wait->times_out)
		say_error("timedwait", pthread_cond_timedwait(&wait->cond, &wait->mutex, &past));
	wait->waits = true;
	pthread_cleanup_push(give_back, &wait->mutex);
	while (!wait->may_go)
		pthread_cond_wait(&wait->cond, &wait->mutex);
	pthread_cleanup_pop(0);
	for (int i = 0; i < wait->count; i++)
		say_error("unlock", pthread_mutex_unlock(&wait->mutex));
	return NULL;
}

static void until_it_waits(struct wait *wait)
{
	bool waits;

	do {
		sched_yield();
		pthread_mutex_lock(&wait->mutex);
		waits = wait->waits;
		pthread_mutex_unlock(&wait->mutex);
	} while (!waits);
}

static void let_go(struct wait *wait, pthread_t thread)
{
	if (wait->is_cancelled) {
		must("cancel", -pthread_cancel(thread));
		say_whether("was cancelled", join(thread) == PTHREAD_CANCELED);
		return;
	}
	pthread_mutex_lock(&wait->mutex);
	say_error("destroy, locked", pthread_mutex_destroy(&wait->mutex));
	wait->may_go = true;
	pthread_cond_signal(&wait->cond);
	pthread_mutex_unlock(&wait->mutex);
	join(thread);
}

static void try_kind(const char *what, int kind, int shared, bool times_out, bool is_cancelled)
{
	struct wait wait = {.count = 1, .times_out = times_out, .is_cancelled = is_cancelled};
	pthread_mutexattr_t attributes;
	pthread_condattr_t cond_attributes;
	pthread_t thread;

	puts(what);
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, kind);
	pthread_mutexattr_setpshared(&attributes, shared);
	pthread_condattr_init(&cond_attributes);
	pthread_condattr_setpshared(&cond_attributes, shared);
	pthread_mutex_init(&wait.mutex, &attributes);
	pthread_cond_init(&wait.cond, &cond_attributes);
	thread = start(wait_for_leave, &wait);
	until_it_waits(&wait);
	say_error("destroy, waited with", pthread_mutex_destroy(&wait.mutex));
	let_go(&wait, thread);
	say_error("destroy, free", pthread_mutex_destroy(&wait.mutex));
	pthread_cond_destroy(&wait.cond);
}

static void wait_without_it(void)
{
	pthread_mutex_t mutex = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

	say_error("wait without the mutex", pthread_cond_wait(&cond, &mutex));
	say_error("destroy", pthread_mutex_destroy(&mutex));
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	try_kind("normal", PTHREAD_MUTEX_NORMAL, 0, false, false);
	try_kind("after a timeout", PTHREAD_MUTEX_NORMAL, 0, true, false);
	try_kind("cancelled", PTHREAD_MUTEX_NORMAL, 0, false, true);
	try_kind("recursive", PTHREAD_MUTEX_RECURSIVE, 0, false, false);
	try_kind("error-checking", PTHREAD_MUTEX_ERRORCHECK, 0, false, false);
	try_kind("adaptive", PTHREAD_MUTEX_ADAPTIVE_NP, 0, false, false);
	try_kind("shared", PTHREAD_MUTEX_NORMAL, 1, false, false);
	wait_without_it();
	return 0;
}
