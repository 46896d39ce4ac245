/* Robust mutexes whose owner, a greenlet or an OS thread, has ended. */
#include "crew.h"

static pthread_mutex_t mutex;
static int entered;

static void init_mutex(void)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	must("pthread_mutex_init", -pthread_mutex_init(&mutex, &attributes));
}

static void *lock_and_end(void *unused)
{
	expect_equal("lock of who will end", pthread_mutex_lock(&mutex), 0);
	return unused;
}

static void *repair(void *unused)
{
	expect_equal("lock", pthread_mutex_lock(&mutex), EOWNERDEAD);
	expect_equal("consistent", pthread_mutex_consistent(&mutex), 0);
	expect_equal("unlock", pthread_mutex_unlock(&mutex), 0);
	expect_equal("next lock", pthread_mutex_lock(&mutex), 0);
	expect_equal("unlock", pthread_mutex_unlock(&mutex), 0);
	return unused;
}

static void *give_up(void *unused)
{
	expect_equal("lock", pthread_mutex_lock(&mutex), EOWNERDEAD);
	expect_equal("unlock", pthread_mutex_unlock(&mutex), 0);
	expect_equal("next lock", pthread_mutex_lock(&mutex), ENOTRECOVERABLE);
	expect_equal("next trylock", pthread_mutex_trylock(&mutex), ENOTRECOVERABLE);
	return unused;
}

/* Each by each: whoever ends, whoever finds it. */
static void owner_is_dead_already(void)
{
	void *(*const by[])(void *(*)(void *), void *) = {in_greenlet, in_thread};
	int i;

	for (i = 0; i < 4; i++) {
		init_mutex();
		by[i & 1](lock_and_end, NULL);
		by[i >> 1](repair, NULL);
		by[i & 1](lock_and_end, NULL);
		by[i >> 1](give_up, NULL);
		expect_equal("destroy", pthread_mutex_destroy(&mutex), 0);
	}
}

static int told[2];

/* The first to come learns of the death, and repairs what the mutex guards for all after him. */
static void *wait_and_repair(void *unused)
{
	int answer;

	__atomic_add_fetch(&entered, 1, __ATOMIC_SEQ_CST);
	answer = pthread_mutex_lock(&mutex);
	if (answer == EOWNERDEAD)
		expect_equal("consistent", pthread_mutex_consistent(&mutex), 0);
	else
		expect_equal("lock", answer, 0);
	told[answer == EOWNERDEAD]++;
	expect_equal("unlock", pthread_mutex_unlock(&mutex), 0);
	return unused;
}

static void *end_when_waited_for(void *unused)
{
	expect_equal("lock", pthread_mutex_lock(&mutex), 0);
	__atomic_store_n(&entered, 0, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&entered, __ATOMIC_SEQ_CST) < CREW)
		green_sleep(0.001);
	green_sleep(0.01);
	return unused;
}

static void owner_dies_while_others_wait(bool greenlet)
{
	pthread_t thread;
	green_t *g = NULL;

	init_mutex();
	told[0] = told[1] = 0;
	entered = -1;
	if (greenlet)
		g = must_spawn(end_when_waited_for, NULL);
	else
		must("pthread_create", -pthread_create(&thread, NULL, end_when_waited_for, NULL));
	while (__atomic_load_n(&entered, __ATOMIC_SEQ_CST) < 0)
		green_yield();
	run_crew(wait_and_repair, NULL);
	expect_equal("told of the death", told[1], 1);
	expect_equal("not told", told[0], CREW - 1);
	if (g)
		must_join(g);
	else
		pthread_join(thread, NULL);
}

int main(void)
{
	owner_is_dead_already();
	owner_dies_while_others_wait(true);
	owner_dies_while_others_wait(false);
	return verdict();
}
