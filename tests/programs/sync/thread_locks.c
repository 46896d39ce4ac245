/* threads */
/* Mutexes of all kinds, condition variables and semaphores, waited for with and without a time limit. */
#include "tests/programs/say.h"
#include <pthread.h>
#include <semaphore.h>

enum { THREADS = 8, ROUNDS = 200 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static sem_t semaphore;
static int count, go;

static void run(void *(*task)(void *), int threads)
{
	pthread_t thread[THREADS];
	long i;

	for (i = 0; i < threads; i++)
		must("pthread_create", -pthread_create(&thread[i], NULL, task, (void *)i));
	for (i = 0; i < threads; i++)
		must("pthread_join", -pthread_join(thread[i], NULL));
}

static struct timespec in(clockid_t clock, int ms)
{
	struct timespec t;

	clock_gettime(clock, &t);
	t.tv_nsec += ms * 1000000L;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

static void *add(void *unused)
{
	int i, before;

	for (i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&mutex);
		before = count;
		sched_yield();
		count = before + 1;
		pthread_mutex_unlock(&mutex);
	}
	return unused;
}

static void try_kind(const char *name, int kind)
{
	pthread_mutexattr_t attributes;
	pthread_mutex_t one;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, kind);
	pthread_mutex_init(&one, &attributes);
	printf("%s\n", name);
	say_error("lock", pthread_mutex_lock(&one));
	say_error("try again", pthread_mutex_trylock(&one));
	if (kind != PTHREAD_MUTEX_NORMAL)
		say_error("lock again", pthread_mutex_lock(&one));
	say_error("unlock", pthread_mutex_unlock(&one));
	pthread_mutex_unlock(&one);
	pthread_mutex_unlock(&one);
	if (kind == PTHREAD_MUTEX_ERRORCHECK)
		say_error("not one's own", pthread_mutex_unlock(&one));
	pthread_mutex_destroy(&one);
}

static void *wait_in_vain(void *unused)
{
	double start = now();
	struct timespec real = in(CLOCK_REALTIME, 50), mono = in(CLOCK_MONOTONIC, 50), none = {0, -1};

	say_error("timedlock", pthread_mutex_timedlock(&mutex, &real));
	say_waited("timedlock", start, 50);
	say_error("clocklock", pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &mono));
	say_error("no such time", pthread_mutex_timedlock(&mutex, &none));
	say_error("no such clock", pthread_mutex_clocklock(&mutex, 99, &mono));
	say("sem_timedwait", sem_timedwait(&semaphore, &real));
	say("sem_clockwait", sem_clockwait(&semaphore, CLOCK_MONOTONIC, &mono));
	say("no such time", sem_timedwait(&semaphore, &none));
	return unused;
}

static void *wait_for_go(void *unused)
{
	pthread_mutex_lock(&mutex);
	while (!go)
		pthread_cond_wait(&changed, &mutex);
	count++;
	pthread_mutex_unlock(&mutex);
	sem_post(&semaphore);
	return unused;
}

static void *give_go(void *unused)
{
	msleep(30);
	pthread_mutex_lock(&mutex);
	go = 1;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&mutex);
	return unused;
}

static void *either(void *number)
{
	return number ? wait_for_go(NULL) : give_go(NULL);
}

static void wait_for_conditions(void)
{
	struct timespec real = in(CLOCK_REALTIME, 30), mono = in(CLOCK_MONOTONIC, 30), none = {0, 2000000000};
	int i;

	pthread_mutex_lock(&mutex);
	say_error("cond_timedwait", pthread_cond_timedwait(&changed, &mutex, &real));
	say_error("cond_clockwait", pthread_cond_clockwait(&changed, &mutex, CLOCK_MONOTONIC, &mono));
	say_error("no such time", pthread_cond_timedwait(&changed, &mutex, &none));
	pthread_mutex_unlock(&mutex);
	count = 0;
	run(either, THREADS);
	say("had the go", count);
	for (i = 1; i < THREADS; i++)
		sem_wait(&semaphore);
	say("no more", sem_trywait(&semaphore));
}

int main(void)
{
	must("sem_init", sem_init(&semaphore, 0, 0));
	run(add, THREADS);
	say("count", count);
	try_kind("normal", PTHREAD_MUTEX_NORMAL);
	try_kind("recursive", PTHREAD_MUTEX_RECURSIVE);
	try_kind("error-checking", PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_lock(&mutex);
	run(wait_in_vain, 1);
	pthread_mutex_unlock(&mutex);
	wait_for_conditions();
	return 0;
}
