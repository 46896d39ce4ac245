/* What the tests of locks share: a crew of greenlets and OS threads, of which some have greenlets of their own. */
#ifndef CREW_H
#define CREW_H

#include "tests/linked/expect.h"
#include <pthread.h>

enum { GREENLETS = 6, THREADS = 2, HOSTS = 1, EACH_HOSTS = 3, CREW = GREENLETS + THREADS + HOSTS * EACH_HOSTS };

/* The time this many milliseconds from now, by that clock. */
static inline struct timespec in_ms(clockid_t clock, long ms)
{
	struct timespec t;

	clock_gettime(clock, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += ms % 1000 * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

static void *(*crew_work)(void *);
static int crew_threads_ended;

static inline void *work_in_thread(void *arg)
{
	crew_work(arg);
	__atomic_add_fetch(&crew_threads_ended, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

/* Signals interrupt the main greenlet of an OS thread, wherever it waits. */
static inline void join_despite_signals(green_t *g)
{
	while (green_join(g, -1, NULL) != 0)
		must("green_join", errno == EINTR ? 0 : -1);
}

static inline void *work_on_host(void *arg)
{
	green_t *g[EACH_HOSTS];
	int i;

	for (i = 0; i < EACH_HOSTS; i++)
		g[i] = must_spawn(crew_work, arg);
	for (i = 0; i < EACH_HOSTS; i++)
		join_despite_signals(g[i]);
	__atomic_add_fetch(&crew_threads_ended, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

/* Has all of the crew do work(arg) at once, and waits until they have; other greenlets can run meanwhile. */
static inline void run_crew(void *(*work)(void *), void *arg)
{
	pthread_t threads[THREADS], hosts[HOSTS];
	green_t *g[GREENLETS];
	int i;

	crew_work = work;
	crew_threads_ended = 0;
	for (i = 0; i < GREENLETS; i++)
		g[i] = must_spawn(work, arg);
	for (i = 0; i < THREADS; i++)
		must("pthread_create", -pthread_create(&threads[i], NULL, work_in_thread, arg));
	for (i = 0; i < HOSTS; i++)
		must("pthread_create", -pthread_create(&hosts[i], NULL, work_on_host, arg));
	for (i = 0; i < GREENLETS; i++)
		join_despite_signals(g[i]);
	while (__atomic_load_n(&crew_threads_ended, __ATOMIC_SEQ_CST) < THREADS + HOSTS)
		green_sleep(0.001);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < HOSTS; i++)
		pthread_join(hosts[i], NULL);
}

/* Runs work(arg) in a greenlet, or in an OS thread without greenlets, to its end. Returns its result. */
static inline void *in_greenlet(void *(*work)(void *), void *arg)
{
	return must_join(must_spawn(work, arg));
}

static inline void *in_thread(void *(*work)(void *), void *arg)
{
	pthread_t thread;
	void *result;

	must("pthread_create", -pthread_create(&thread, NULL, work, arg));
	pthread_join(thread, &result);
	return result;
}

#endif
