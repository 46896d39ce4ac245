/* What libc keeps for each thread and does with threads: keys and their destructors, mutexes that know their owner. */
#include "tests/unit/suite.h"
#include <limits.h>
#include <pthread.h>
#include <stdint.h>

static pthread_key_t keys[100];
static int destroyed, rounds;
static void *last_destroyed;

static void note_destruction(void *value)
{
	destroyed++;
	last_destroyed = value;
}

static void *set_keys(void *base)
{
	int i;

	for (i = 0; i < 100; i++) {
		ck_assert_ptr_null(pthread_getspecific(keys[i]));
		ck_assert_int_eq(pthread_setspecific(keys[i], (char *)base + i), 0);
	}
	green_yield();
	for (i = 0; i < 100; i++)
		ck_assert_ptr_eq(pthread_getspecific(keys[i]), (char *)base + i);
	return NULL;
}

static void make_keys(void (*destroy)(void *))
{
	int i;

	for (i = 0; i < 100; i++)
		ck_assert_int_eq(pthread_key_create(&keys[i], destroy), 0);
}

START_TEST(keys_are_ones_own)
{
	green_t *a, *b;

	make_keys(NULL);
	ck_assert_int_eq(pthread_setspecific(keys[0], "mine"), 0);
	a = must_spawn(set_keys, (void *)0x1000);
	b = must_spawn(set_keys, (void *)0x2000);
	must_join(a);
	must_join(b);
	must_join(must_spawn(set_keys, (void *)0x3000)); /* in a recycled block */
	ck_assert_str_eq(pthread_getspecific(keys[0]), "mine");
}

START_TEST(destructors_run_at_the_end)
{
	green_t *g;

	make_keys(note_destruction);
	g = must_spawn(set_keys, (void *)0x1000);
	ck_assert_int_eq(destroyed, 0);
	must_join(g);
	ck_assert_int_eq(destroyed, 100);
	ck_assert((char *)last_destroyed >= (char *)0x1000);
	must_join(must_spawn(set_keys, (void *)0x2000));
	ck_assert_int_eq(destroyed, 200);
}

static pthread_key_t stubborn;

/* Sets the key again, for as many rounds as there are. */
static void set_again(void *value)
{
	rounds++;
	pthread_setspecific(stubborn, value);
}

static void *set_stubborn(void *value)
{
	ck_assert_ptr_null(pthread_getspecific(stubborn));
	pthread_setspecific(stubborn, value);
	return NULL;
}

START_TEST(destructors_run_in_rounds)
{
	ck_assert_int_eq(pthread_key_create(&stubborn, set_again), 0);
	must_join(must_spawn(set_stubborn, "value"));
	ck_assert_int_eq(rounds, PTHREAD_DESTRUCTOR_ITERATIONS);
	must_join(must_spawn(set_stubborn, "value"));
	ck_assert_int_eq(rounds, 2 * PTHREAD_DESTRUCTOR_ITERATIONS);
}

static void *set_keys_and_sleep(void *ready)
{
	set_keys((void *)0x1000);
	*(bool *)ready = true;
	ck_assert_int_eq(green_sleep(0.001), 0);
	return NULL;
}

/* What was set for a key that has gone is not the next key's of that number. */
START_TEST(deleted_keys_have_no_destructor)
{
	bool ready = false;
	green_t *g;
	int i;

	make_keys(note_destruction);
	g = must_spawn(set_keys_and_sleep, &ready);
	while (!ready)
		green_yield();
	for (i = 0; i < 100; i++)
		pthread_key_delete(keys[i]);
	make_keys(note_destruction);
	must_join(g);
	ck_assert_int_eq(destroyed, 0);
}

/* A destructor is code like any other: it may park. */
static void sleep_then_note(void *value)
{
	ck_assert_int_eq(green_sleep(0.001), 0);
	note_destruction(value);
}

START_TEST(destructors_may_park)
{
	ck_assert_int_eq(pthread_key_create(&stubborn, sleep_then_note), 0);
	must_join(must_spawn(set_stubborn, "value"));
	ck_assert_int_eq(destroyed, 1);
}

static pthread_mutex_t mutex;

static void make_mutex(int type)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, type);
	ck_assert_int_eq(pthread_mutex_init(&mutex, &attributes), 0);
}

static void *try_in_vain(void *unused)
{
	ck_assert_int_eq(pthread_mutex_trylock(&mutex), EBUSY);
	ck_assert_int_eq(pthread_mutex_unlock(&mutex), EPERM);
	return unused;
}

static void *take_and_leave(void *unused)
{
	ck_assert_int_eq(pthread_mutex_trylock(&mutex), 0);
	green_yield();
	ck_assert_int_eq(pthread_mutex_unlock(&mutex), 0);
	return unused;
}

static void *check_errors(void *unused)
{
	ck_assert_int_eq(pthread_mutex_lock(&mutex), 0);
	ck_assert_int_eq(pthread_mutex_lock(&mutex), EDEADLK);
	must_join(must_spawn(try_in_vain, NULL));
	ck_assert_int_eq(pthread_mutex_unlock(&mutex), 0);
	ck_assert_int_eq(pthread_mutex_unlock(&mutex), EPERM);
	return unused;
}

START_TEST(error_checking_mutex_knows_its_owner)
{
	make_mutex(PTHREAD_MUTEX_ERRORCHECK);
	must_join(must_spawn(check_errors, NULL));
	check_errors(NULL);
	must_join(must_spawn(take_and_leave, NULL));
}

START_TEST(recursive_mutex_knows_its_owner)
{
	make_mutex(PTHREAD_MUTEX_RECURSIVE);
	ck_assert_int_eq(pthread_mutex_lock(&mutex), 0);
	ck_assert_int_eq(pthread_mutex_lock(&mutex), 0);
	must_join(must_spawn(try_in_vain, NULL));
	ck_assert_int_eq(pthread_mutex_unlock(&mutex), 0);
	must_join(must_spawn(try_in_vain, NULL));
	ck_assert_int_eq(pthread_mutex_unlock(&mutex), 0);
	must_join(must_spawn(take_and_leave, NULL));
}

static void *hold_robust(void *unused)
{
	ck_assert_int_eq(pthread_mutex_lock(&mutex), 0);
	green_yield();
	ck_assert_int_eq(pthread_mutex_unlock(&mutex), 0);
	return unused;
}

START_TEST(robust_mutex_is_an_ordinary_one)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	ck_assert_int_eq(pthread_mutex_init(&mutex, &attributes), 0);
	must_join(must_spawn(hold_robust, NULL));
	must_join(must_spawn(hold_robust, NULL));
	hold_robust(NULL);
}

enum { THREADS = 4 };

static pthread_barrier_t barrier;

static void *spawn_at_once(void *unused)
{
	pthread_barrier_wait(&barrier);
	become_host();
	ck_assert_uint_eq(green_count(), 1);
	return unused;
}

static void start_threads(void *unused)
{
	pthread_t threads[THREADS];
	int i;

	(void)unused;
	pthread_barrier_init(&barrier, NULL, THREADS);
	for (i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, spawn_at_once, NULL);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

START_TEST(first_spawns_at_the_same_moment)
{
	int i;

	for (i = 0; i < 100; i++)
		ck_assert_int_eq(status_of_child(start_threads, NULL), 0);
}

int main(void)
{
	const TTest *const tests[] = {keys_are_ones_own, destructors_run_at_the_end, destructors_run_in_rounds,
	    deleted_keys_have_no_destructor, destructors_may_park, error_checking_mutex_knows_its_owner,
	    recursive_mutex_knows_its_owner, robust_mutex_is_an_ordinary_one, first_spawns_at_the_same_moment};

	return run_suite("thread", tests, sizeof(tests) / sizeof(tests[0]));
}
