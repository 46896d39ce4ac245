#include "proxy_thread.h"
#include "offload.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/park.h"
#include "runtime/sys/libc_calls.h"
#include "runtime/sys/lock.h"
#include "runtime/sys/memory.h"
#include "worker_pool.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct proxy_thread {
	pthread_t thread;
	pid_t id;
	struct greenlet *greenlet;
	_Atomic uint32_t calls; /* a futex that it waits on for the next job */
	proxy_job *job;         /* NULL: it is to end */
	void *arg;
	int owned;       /* locks; while it is 0, any greenlet may have the stand-in */
	bool is_surplus; /* it ends by itself, and is not joined */
	_Atomic bool done;
	struct lock finishing;
};

/* Those that no greenlet has. More than these at once are rare, and end. */
enum { POOL = 2 };

static _Atomic(struct proxy_thread *) pool[POOL];

static __thread struct proxy_thread *proxy_thread __attribute__((tls_model("initial-exec")));

/* Under the lock, which the greenlet takes before it goes on: it must not end while we unpark it. */
static void finish(struct proxy_thread *s)
{
	lock(&s->finishing);
	atomic_store(&s->done, true);
	unpark(s->greenlet);
	unlock(&s->finishing);
}

static void wait_for_call(struct proxy_thread *s, uint32_t seen)
{
	while (atomic_load(&s->calls) == seen)
		futex_wait(&s->calls, seen);
}

static void *proxy_for_greenlet(void *arg)
{
	struct proxy_thread *s = arg;
	uint32_t calls = 0;

	s->id = os_thread_id();
	for (;;) {
		wait_for_call(s, calls++);
		if (!s->job)
			break;
		s->owned += s->job(s->arg);
		finish(s);
	}
	if (s->is_surplus) {
		libc_calls.pthread_detach(s->thread);
		memory_free(s);
	}
	return NULL;
}

/* One that is to end may be gone before it is woken; then the kernel finds no waiter at the address. */
static void call(struct proxy_thread *s, proxy_job *job, void *arg)
{
	s->job = job;
	s->arg = arg;
	atomic_store(&s->done, false);
	atomic_fetch_add(&s->calls, 1);
	futex_wake(&s->calls, 1);
}

static void have_done(struct proxy_thread *s, proxy_job *job, void *arg)
{
	call(s, job, arg);
	while (!atomic_load(&s->done))
		park_uninterruptibly();
	lock(&s->finishing);
	unlock(&s->finishing);
}

static void make(void *arg)
{
	struct proxy_thread *s = arg;

	if (make_os_thread(&s->thread, proxy_for_greenlet, s) != 0)
		s->greenlet = NULL;
}

static int do_nothing(void *unused)
{
	(void)unused;
	return 0;
}

/* A thread is made where calls are native: by a helper. The first job is over when it knows its id. */
static struct proxy_thread *make_proxy(void)
{
	struct proxy_thread *s = memory_zalloc(sizeof(*s));

	if (!s)
		return NULL;
	s->greenlet = self;
	offload_brief(make, s);
	if (!s->greenlet) {
		memory_free(s);
		return NULL;
	}
	have_done(s, do_nothing, NULL);
	return s;
}

static struct proxy_thread *take_from_pool(void)
{
	struct proxy_thread *s;
	int i;

	for (i = 0; i < POOL; i++) {
		s = atomic_load(&pool[i]) ? atomic_exchange(&pool[i], NULL) : NULL;
		if (s) {
			s->greenlet = self;
			return s;
		}
	}
	return NULL;
}

static bool put_into_pool(struct proxy_thread *s)
{
	struct proxy_thread *none;
	int i;

	for (i = 0; i < POOL; i++) {
		none = NULL;
		if (atomic_compare_exchange_strong(&pool[i], &none, s))
			return true;
	}
	return false;
}

bool proxy_does(proxy_job *job, void *arg)
{
	int before = errno;
	struct proxy_thread *s = proxy_thread;

	if (!s)
		s = take_from_pool() ?: make_proxy();
	if (s) {
		proxy_thread = s; /* before the job: until it is done, the greenlet waits as its owner */
		have_done(s, job, arg);
		if (!s->owned) {
			proxy_thread = NULL;
			if (!put_into_pool(s)) {
				s->is_surplus = true;
				call(s, NULL, NULL);
			}
		}
	}
	errno = before;
	return s;
}

pid_t proxy_id(void)
{
	return proxy_thread ? proxy_thread->id : 0;
}

static void join(void *arg)
{
	libc_calls.pthread_join(((struct proxy_thread *)arg)->thread, NULL);
}

void dismiss_proxy(void)
{
	struct proxy_thread *s = proxy_thread;

	if (!s)
		return;
	proxy_thread = NULL;
	call(s, NULL, NULL);
	offload_brief(join, s);
	memory_free(s);
}

void proxy_reset(void)
{
	int i;

	memory_free(proxy_thread);
	proxy_thread = NULL;
	for (i = 0; i < POOL; i++)
		memory_free(atomic_exchange(&pool[i], NULL));
}
