/* libc's set*id() beside greenlets on several OS threads, by threads of the system's and by greenlets. */
#include "tests/linked/expect.h"
#include <dirent.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

enum { TIMES = 20 };

static sem_t begun;
static atomic_bool over;

static void ask(void)
{
	expect_equal("setgid", setgid(getgid()), 0);
	expect_equal("setresuid", setresuid(-1, geteuid(), -1), 0);
	expect_failure("setuid", setuid((uid_t)-1), EINVAL);
}

/* Greenlets that switch all the time, so that the signal finds the OS thread in all states. */
static void *switch_often(void *unused)
{
	while (!over)
		green_yield();
	return unused;
}

static void *ask_often(void *unused)
{
	for (int i = 0; i < TIMES; i++) {
		ask();
		green_yield();
	}
	return unused;
}

static void *sleep_often(void *unused)
{
	while (!over)
		green_sleep(0.0005);
	return unused;
}

/* A host of its own. */
static void *host(void *unused)
{
	green_t *some[] = {must_spawn(switch_often, NULL), must_spawn(sleep_often, NULL), must_spawn(ask_often, NULL)};

	sem_post(&begun);
	for (int i = 0; i < TIMES; i++) {
		ask();
		green_yield();
	}
	must_join(some[2]);
	must_join(some[0]);
	must_join(some[1]);
	return unused;
}

/* One without greenlets. */
static void *ask_natively(void *unused)
{
	for (int i = 0; i < TIMES; i++)
		ask();
	return unused;
}

static void *compute(void *unused)
{
	while (!over)
		;
	return unused;
}

static pthread_t start(void *(*run)(void *))
{
	pthread_t thread;

	must("pthread_create", -pthread_create(&thread, NULL, run, NULL));
	return thread;
}

static void *join_threads(void *threads)
{
	for (int i = 0; i < 3; i++)
		must("pthread_join", -pthread_join(((pthread_t *)threads)[i], NULL));
	return NULL;
}

int main(void)
{
	pthread_t threads[4];
	green_t *some[2];

	sem_init(&begun, 0, 0);
	some[0] = must_spawn(switch_often, NULL);
	some[1] = must_spawn(ask_often, NULL);
	threads[0] = start(host);
	threads[1] = start(host);
	threads[2] = start(ask_natively);
	threads[3] = start(compute);
	ask();
	green_yield();
	must_join(some[1]);
	sem_wait(&begun);
	sem_wait(&begun);
	over = true;
	join_threads(threads);
	must("pthread_join", -pthread_join(threads[3], NULL));
	must_join(some[0]);
	return verdict();
}
