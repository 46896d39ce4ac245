#include "stand_in.h"
#include "helpers.h"
#include "hub.h"
#include "lock.h"
#include "offload.h"
#include "park.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct stand_in {
	pthread_t thread;
	pid_t id;
	struct greenlet *greenlet;
	_Atomic uint32_t calls; /* a futex that it waits on for the next job */
	void (*job)(void *arg); /* NULL: it is to end */
	void *arg;
	_Atomic bool done;
	struct lock finishing;
};

static __thread struct stand_in *stand_in __attribute__((tls_model("initial-exec")));

/* Under the lock, which the greenlet takes before it goes on: it must not end while we unpark it. */
static void finish(struct stand_in *s)
{
	lock(&s->finishing);
	atomic_store(&s->done, true);
	unpark(s->greenlet);
	unlock(&s->finishing);
}

static void wait_for_call(struct stand_in *s, uint32_t seen)
{
	while (atomic_load(&s->calls) == seen)
		futex_wait(&s->calls, seen);
}

static void *stand_in_for_greenlet(void *arg)
{
	struct stand_in *s = arg;
	uint32_t calls = 0;

	s->id = os_thread_id();
	for (;;) {
		wait_for_call(s, calls++);
		if (!s->job)
			return NULL;
		s->job(s->arg);
		finish(s);
	}
}

static void call(struct stand_in *s, void (*job)(void *arg), void *arg)
{
	s->job = job;
	s->arg = arg;
	atomic_store(&s->done, false);
	atomic_fetch_add(&s->calls, 1);
	futex_wake(&s->calls, 1);
}

static void have_done(struct stand_in *s, void (*job)(void *arg), void *arg)
{
	call(s, job, arg);
	while (!atomic_load(&s->done))
		park_firmly();
	lock(&s->finishing);
	unlock(&s->finishing);
}

static void make(void *arg)
{
	struct stand_in *s = arg;

	if (make_os_thread(&s->thread, stand_in_for_greenlet, s) != 0)
		s->greenlet = NULL;
}

static void do_nothing(void *unused)
{
	(void)unused;
}

/* A thread is made where calls are native: by a helper. The first job is over when it knows its id. */
static struct stand_in *make_stand_in(void)
{
	struct stand_in *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->greenlet = self;
	offload_brief(make, s);
	if (!s->greenlet) {
		free(s);
		return NULL;
	}
	have_done(s, do_nothing, NULL);
	return s;
}

bool stand_in_does(void (*job)(void *arg), void *arg)
{
	int before = errno;

	if (!stand_in)
		stand_in = make_stand_in();
	if (stand_in)
		have_done(stand_in, job, arg);
	errno = before;
	return stand_in;
}

pid_t stand_in_id(void)
{
	return stand_in ? stand_in->id : 0;
}

static void join(void *arg)
{
	pthread_join(((struct stand_in *)arg)->thread, NULL);
}

void dismiss_stand_in(void)
{
	struct stand_in *s = stand_in;

	if (!s)
		return;
	stand_in = NULL;
	call(s, NULL, NULL);
	offload_brief(join, s);
	free(s);
}

void stand_in_reset(void)
{
	free(stand_in);
	stand_in = NULL;
}
