/* Unparking: from the greenlet's own OS thread and from others, with cause and without. */
#include "runtime/sched/hub.h"
#include "runtime/sched/park.h"
#include "runtime/sys/clock.h"
#include "tests/unit/suite.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>

static void *park_twice(void *unused)
{
	struct wait_options soon = {.deadline = clock_now() + 5 * NANOS_PER_MSEC};
	struct wait_options later = {.deadline = clock_now() + 100 * NANOS_PER_MSEC};
	int error;

	park(&soon);
	do
		error = park(&later);
	while (!error);
	ck_assert_int_eq(error, ETIMEDOUT);
	ck_assert(clock_now() >= later.deadline);
	return unused;
}

START_TEST(deadline_of_an_earlier_wait_is_over)
{
	green_t *g = must_spawn(park_twice, NULL);

	green_yield();
	unpark(g);
	must_join(g);
}

static bool may_go;
static int went;

static void *park_until_may_go(void *unused)
{
	while (!may_go)
		ck_assert_int_eq(park(NULL), 0);
	went++;
	return unused;
}

START_TEST(wakes_without_cause_do_no_harm)
{
	green_t *g = must_spawn(park_until_may_go, NULL);
	int i;

	for (i = 0; i < 100; i++) {
		unpark(g);
		if (i % 3)
			unpark(g);
		green_yield();
		ck_assert_int_eq(went, 0);
	}
	may_go = true;
	unpark(g);
	must_join(g);
	ck_assert_int_eq(went, 1);
}

static void *park_firmly_until_may_go(void *unused)
{
	while (!may_go)
		park_uninterruptibly();
	went++;
	return unused;
}

START_TEST(only_unpark_ends_a_firm_park)
{
	green_t *g = must_spawn(park_firmly_until_may_go, NULL);
	int i;

	for (i = 0; i < 10; i++) {
		green_yield();
		green_kill(g);
	}
	ck_assert_int_eq(went, 0);
	may_go = true;
	unpark(g);
	must_join(g);
	ck_assert_int_eq(went, 1);
}

static _Atomic int ball;
static green_t *player;
enum { THROWS = 5000 };

/* Throws the ball whenever it lies on the other side. */
static void *throw_from_thread(void *unused)
{
	int i;

	for (i = 0; i < THROWS; i++) {
		while (atomic_load(&ball) != 2 * i)
			sched_yield();
		atomic_store(&ball, 2 * i + 1);
		unpark(player);
	}
	return unused;
}

static void *throw_from_greenlet(void *unused)
{
	int i;

	for (i = 0; i < THROWS; i++) {
		while (atomic_load(&ball) != 2 * i + 1)
			ck_assert_int_eq(park(NULL), 0);
		atomic_store(&ball, 2 * i + 2);
	}
	return unused;
}

START_TEST(unpark_from_another_thread)
{
	pthread_t thread;

	player = must_spawn(throw_from_greenlet, NULL);
	ck_assert_int_eq(pthread_create(&thread, NULL, throw_from_thread, NULL), 0);
	while (atomic_load(&ball) < 2 * THROWS)
		ck_assert_int_eq(green_sleep(0.001), 0);
	pthread_join(thread, NULL);
	must_join(player);
}

static green_t *crowd[100];
static _Atomic int tokens[100];

static void *take_tokens(void *number)
{
	int taken = 0;

	while (taken < 100) {
		while (!atomic_load(&tokens[(intptr_t)number]))
			park(NULL);
		atomic_fetch_sub(&tokens[(intptr_t)number], 1);
		taken++;
	}
	while (!may_go)
		park(NULL);
	return NULL;
}

static void *give_tokens(void *unused)
{
	int round, i;

	for (round = 0; round < 50; round++) {
		for (i = 0; i < 100; i++) {
			atomic_fetch_add(&tokens[i], 1);
			unpark(crowd[i]);
		}
	}
	return unused;
}

START_TEST(no_wake_of_several_threads_is_lost)
{
	pthread_t threads[2];
	intptr_t i;

	for (i = 0; i < 100; i++)
		crowd[i] = must_spawn(take_tokens, (void *)i);
	for (i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, give_tokens, NULL), 0);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	may_go = true; /* not before: nobody may end while somebody unparks it */
	for (i = 0; i < 100; i++) {
		unpark(crowd[i]);
		must_join(crowd[i]);
	}
}

int main(void)
{
	const TTest *const tests[] = {deadline_of_an_earlier_wait_is_over, wakes_without_cause_do_no_harm,
	    only_unpark_ends_a_firm_park, unpark_from_another_thread, no_wake_of_several_threads_is_lost};

	return run_suite("unpark", tests, sizeof(tests) / sizeof(tests[0]));
}
