/* A greenlet that ends with robust mutexes in its hands: the next owner is told. */
#include "tests/linked/expect.h"
#include <pthread.h>
#include <stdint.h>

enum { MUTEXES = 3 };

static pthread_mutex_t mutexes[MUTEXES];
static bool has_all;

static void init(int type, int shared)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, type);
	pthread_mutexattr_setpshared(&attributes, shared);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	for (int i = 0; i < MUTEXES; i++)
		must("pthread_mutex_init", -pthread_mutex_init(&mutexes[i], &attributes));
	pthread_mutexattr_destroy(&attributes);
}

static void *die_with_all(void *unused)
{
	for (int i = 0; i < MUTEXES; i++)
		expect_equal("lock", pthread_mutex_lock(&mutexes[i]), 0);
	expect_equal("unlock one", pthread_mutex_unlock(&mutexes[1]), 0);
	has_all = true;
	usleep(20000);
	return unused;
}

static struct timespec in_one_minute(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += 60;
	return t;
}

/* Somebody who stands in line when the owner ends. */
static void *inherit(void *mutex)
{
	struct timespec at = in_one_minute();

	expect_equal("lock of who waited", pthread_mutex_timedlock(mutex, &at), EOWNERDEAD);
	expect_equal("consistent", pthread_mutex_consistent(mutex), 0);
	expect_equal("unlock", pthread_mutex_unlock(mutex), 0);
	expect_equal("lock once more", pthread_mutex_lock(mutex), 0);
	expect_equal("unlock once more", pthread_mutex_unlock(mutex), 0);
	return NULL;
}

static void inherit_all(void)
{
	green_t *owner = must_spawn(die_with_all, NULL), *heir;

	for (has_all = false; !has_all;)
		green_yield();
	heir = must_spawn(inherit, &mutexes[0]);
	expect_equal("one's own, given back", pthread_mutex_trylock(&mutexes[1]), 0);
	expect_equal("unlock it", pthread_mutex_unlock(&mutexes[1]), 0);
	must_join(owner);
	must_join(heir);
	expect_equal("of whom nobody waited", pthread_mutex_lock(&mutexes[2]), EOWNERDEAD);
	expect_equal("consistent", pthread_mutex_consistent(&mutexes[2]), 0);
	expect_equal("unlock", pthread_mutex_unlock(&mutexes[2]), 0);
}

static void *die(void *mutex)
{
	expect_equal("lock", pthread_mutex_lock(mutex), 0);
	return NULL;
}

static void *find_lost(void *mutex)
{
	struct timespec at = in_one_minute();

	return (void *)(intptr_t)pthread_mutex_timedlock(mutex, &at);
}

/* Who gives it back as it is has lost it for all, also for those who wait by then. */
static void lose(pthread_mutex_t *mutex)
{
	green_t *g[3];

	must_join(must_spawn(die, mutex));
	expect_equal("lock", pthread_mutex_lock(mutex), EOWNERDEAD);
	for (int i = 0; i < 3; i++)
		g[i] = must_spawn(find_lost, mutex);
	usleep(10000);
	expect_equal("unlock what is inconsistent", pthread_mutex_unlock(mutex), 0);
	for (int i = 0; i < 3; i++)
		expect_equal("lost", (long)(intptr_t)must_join(g[i]), ENOTRECOVERABLE);
	expect_equal("lost for good", pthread_mutex_trylock(mutex), ENOTRECOVERABLE);
}

/* An OS thread is told, too, and the end of one wakes a greenlet. */
static void with_threads(pthread_mutex_t *mutex)
{
	pthread_t thread;
	void *result = NULL;

	must_join(must_spawn(die, mutex));
	must("pthread_create", -pthread_create(&thread, NULL, find_lost, mutex));
	pthread_join(thread, &result);
	expect_equal("the thread's lock", (long)(intptr_t)result, EOWNERDEAD);
	expect_equal("and its end", pthread_mutex_lock(mutex), EOWNERDEAD);
	expect_equal("consistent", pthread_mutex_consistent(mutex), 0);
	expect_equal("unlock", pthread_mutex_unlock(mutex), 0);
}

static bool seen_locked;

/* Lasts until it was seen to have the mutex, and then for a while in which somebody stands in line. */
static void *hold_and_die(void *mutex)
{
	pthread_mutex_lock(mutex);
	while (!__atomic_load_n(&seen_locked, __ATOMIC_SEQ_CST))
		usleep(1000);
	usleep(30000);
	return NULL;
}

static void wait_for_thread(pthread_mutex_t *mutex)
{
	pthread_t thread;

	seen_locked = false;
	must("pthread_create", -pthread_create(&thread, NULL, hold_and_die, mutex));
	while (pthread_mutex_trylock(mutex) == 0) {
		pthread_mutex_unlock(mutex);
		green_sleep(0.001);
	}
	__atomic_store_n(&seen_locked, true, __ATOMIC_SEQ_CST);
	must_join(must_spawn(inherit, mutex));
	pthread_join(thread, NULL);
}

static void *keep_company(void *unused)
{
	green_sleep(60);
	return unused;
}

int main(void)
{
	static const int types[] = {PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ERRORCHECK};
	green_t *company = must_spawn(keep_company, NULL);

	for (size_t i = 0; i < 2 * sizeof(types) / sizeof(types[0]); i++) {
		init(types[i / 2], i % 2 ? PTHREAD_PROCESS_SHARED : PTHREAD_PROCESS_PRIVATE);
		inherit_all();
		with_threads(&mutexes[0]);
		wait_for_thread(&mutexes[1]);
		lose(&mutexes[2]);
	}
	green_kill(company);
	must_join(company);
	return verdict();
}
