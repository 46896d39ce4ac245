/* threads */
/* C11's mutexes and condition variables; and what is asked of a thread's scheduling. */
#include "tests/programs/say.h"
#include <pthread.h>
#include <sched.h>
#include <threads.h>

enum { THREADS = 5 };

static mtx_t mutex;
static cnd_t changed;
static int count, go;

static struct timespec in(int ms)
{
	struct timespec t;

	timespec_get(&t, TIME_UTC);
	t.tv_nsec += ms * 1000000L;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

static void *wait_for_go(void *unused)
{
	mtx_lock(&mutex);
	while (!go)
		cnd_wait(&changed, &mutex);
	count++;
	mtx_unlock(&mutex);
	cnd_signal(&changed);
	return unused;
}

static void *wait_in_vain(void *unused)
{
	struct timespec soon = in(30);

	say_whether("mutex timed out", mtx_timedlock(&mutex, &soon) == thrd_timedout);
	return unused;
}

static void say_scheduling(pthread_t thread)
{
	struct sched_param param = {0};
	cpu_set_t set;
	clockid_t clock;
	int policy = -1;

	say_error("getschedparam", pthread_getschedparam(thread, &policy, &param));
	say("policy", policy);
	say("priority", param.sched_priority);
	say_error("setschedparam", pthread_setschedparam(thread, SCHED_OTHER, &param));
	param.sched_priority = 1000;
	say_error("no such priority", pthread_setschedparam(thread, SCHED_OTHER, &param));
	say_error("setschedprio", pthread_setschedprio(thread, 0));
	say_error("getaffinity_np", pthread_getaffinity_np(thread, sizeof(set), &set));
	say_error("setaffinity_np", pthread_setaffinity_np(thread, sizeof(set), &set));
	CPU_ZERO(&set);
	say_error("no processor", pthread_setaffinity_np(thread, sizeof(set), &set));
	say_error("getcpuclockid", pthread_getcpuclockid(thread, &clock));
}

int main(void)
{
	struct timespec soon = in(30);
	pthread_t thread[THREADS], other;
	struct timespec late;
	int i;

	mtx_init(&mutex, mtx_timed);
	cnd_init(&changed);
	for (i = 0; i < THREADS; i++)
		must("pthread_create", -pthread_create(&thread[i], NULL, wait_for_go, NULL));
	say_scheduling(thread[0]);
	mtx_lock(&mutex);
	say_whether("condition timed out", cnd_timedwait(&changed, &mutex, &soon) == thrd_timedout);
	must("pthread_create", -pthread_create(&other, NULL, wait_in_vain, NULL));
	clock_gettime(CLOCK_MONOTONIC, &late);
	late.tv_sec += 5;
	say_error("clockjoin_np", pthread_clockjoin_np(other, NULL, CLOCK_MONOTONIC, &late));
	clock_gettime(CLOCK_REALTIME, &late);
	say_error("timedjoin_np", pthread_timedjoin_np(thread[0], NULL, &late));
	go = 1;
	cnd_broadcast(&changed);
	mtx_unlock(&mutex);
	for (i = 1; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	mtx_lock(&mutex);
	while (count < THREADS)
		cnd_wait(&changed, &mutex);
	mtx_unlock(&mutex);
	say("all", count);
	say_error("detach", pthread_detach(thread[0]));
	return 0;
}
