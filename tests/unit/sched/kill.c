/* Killing: the current and each later call that would block fails with ECANCELED. */
#include "tests/unit/suite.h"
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

/* Sleeps until it is killed, and then tries again. Returns how many sleeps failed as they should. */
static void *sleep_thrice(void *started)
{
	intptr_t failed = 0;
	int i;

	if (started)
		*(bool *)started = true;
	for (i = 0; i < 3; i++)
		failed += green_sleep(1e6) < 0 && errno == ECANCELED;
	return (void *)failed;
}

static green_t *spawn_parked(void)
{
	bool started = false;
	green_t *g = must_spawn(sleep_thrice, &started);

	while (!started)
		green_yield();
	green_sleep(0.001);
	return g;
}

static void assert_killed(green_t *g)
{
	ck_assert_int_eq((intptr_t)must_join(g), 3);
}

START_TEST(while_parked)
{
	green_t *g = spawn_parked();

	ck_assert_int_eq(green_kill(g), 0);
	assert_killed(g);
}

START_TEST(before_it_starts)
{
	bool started = false;
	green_t *g = must_spawn(sleep_thrice, &started);

	ck_assert_int_eq(green_kill(g), 0);
	assert_killed(g);
	ck_assert(started);
}

START_TEST(twice)
{
	green_t *g = spawn_parked();

	ck_assert_int_eq(green_kill(g), 0);
	ck_assert_int_eq(green_kill(g), 0);
	green_yield();
	green_kill(g);
	assert_killed(g);
}

static void *yield_then_sleep(void *unused)
{
	int i;

	for (i = 0; i < 10; i++)
		green_yield();
	return sleep_thrice(unused);
}

START_TEST(while_ready)
{
	green_t *g = must_spawn(yield_then_sleep, NULL);

	green_yield();
	ck_assert_int_eq(green_kill(g), 0);
	assert_killed(g);
}

START_TEST(after_its_end_nothing_happens)
{
	green_t *g = must_spawn(do_nothing, "result");

	while (green_count() > 1)
		green_yield();
	ck_assert_int_eq(green_kill(g), 0);
	ck_assert_str_eq(must_join(g), "result");
}

static void *kill_oneself(void *unused)
{
	ck_assert_int_eq(green_kill(green_self()), 0);
	return sleep_thrice(unused);
}

START_TEST(oneself)
{
	assert_killed(must_spawn(kill_oneself, NULL));
}

static void *kill_main(void *main_greenlet)
{
	assert_failed(green_kill(main_greenlet), EPERM);
	return NULL;
}

START_TEST(never_a_main_greenlet)
{
	must_join(must_spawn(do_nothing, NULL));
	must_join(must_spawn(kill_main, green_self()));
	assert_failed(green_kill(green_self()), EPERM);
	assert_failed(green_kill(NULL), EINVAL);
	ck_assert_int_eq(green_sleep(0.001), 0);
}

START_TEST(the_next_on_its_stack_lives)
{
	green_t *g = spawn_parked(), *next;

	green_kill(g);
	assert_killed(g);
	next = must_spawn(do_nothing, "alive");
	ck_assert_ptr_eq(next, g);
	ck_assert_str_eq(must_join(next), "alive");
	next = spawn_parked();
	assert_failed(green_join(next, 0.005, NULL), ETIMEDOUT);
	green_kill(next);
	assert_killed(next);
}

static void *wait_for_fd(void *fd)
{
	return green_wait_fd(*(int *)fd, POLLIN, -1) < 0 ? (void *)(intptr_t)errno : NULL;
}

START_TEST(ends_a_wait_for_a_descriptor)
{
	int ends[2];
	green_t *g;

	ck_assert_int_eq(pipe(ends), 0);
	g = must_spawn(wait_for_fd, &ends[0]);
	green_sleep(0.001);
	green_kill(g);
	ck_assert_int_eq((intptr_t)must_join(g), ECANCELED);
}

START_TEST(descriptor_that_is_ready_does_not_block)
{
	int ends[2];
	green_t *g;

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	g = must_spawn(wait_for_fd, &ends[0]);
	green_kill(g);
	ck_assert_int_eq((intptr_t)must_join(g), 0);
}

enum { VICTIMS = 100 };

static void *kill_all(void *victims)
{
	green_t **g = victims;
	int i;

	for (i = 0; i < VICTIMS; i++)
		ck_assert_int_eq(green_kill(g[i]), 0);
	return NULL;
}

START_TEST(from_another_thread)
{
	green_t *g[VICTIMS];
	pthread_t thread;
	int i;

	for (i = 0; i < VICTIMS; i++)
		g[i] = must_spawn(sleep_thrice, NULL);
	green_sleep(0.001);
	ck_assert_int_eq(pthread_create(&thread, NULL, kill_all, g), 0);
	for (i = 0; i < VICTIMS; i++)
		assert_killed(g[i]);
	pthread_join(thread, NULL);
}

static _Atomic(green_t *) victim;
static _Atomic int rounds_done;

/* Kills whoever is shown, some already parked, some not yet, some at their end. */
static void *kill_on_sight(void *unused)
{
	while (atomic_load(&rounds_done) < 2000) {
		green_t *g = atomic_exchange(&victim, NULL);

		if (!g) {
			sched_yield(); /* there may be but one processor */
			continue;
		}
		green_kill(g);
		atomic_fetch_add(&rounds_done, 1);
	}
	return unused;
}

START_TEST(from_another_thread_at_any_moment)
{
	pthread_t thread;
	int round;

	become_host();
	ck_assert_int_eq(pthread_create(&thread, NULL, kill_on_sight, NULL), 0);
	for (round = 0; round < 2000; round++) {
		green_t *g = must_spawn(round % 3 ? sleep_thrice : yield_then_sleep, NULL);

		atomic_store(&victim, g);
		if (round % 2)
			green_yield();
		while (atomic_load(&rounds_done) <= round) {
			green_yield();
			sched_yield();
		}
		assert_killed(g);
	}
	pthread_join(thread, NULL);
}

int main(void)
{
	const TTest *const tests[] = {while_parked, before_it_starts, twice, while_ready, after_its_end_nothing_happens,
	    oneself, never_a_main_greenlet, the_next_on_its_stack_lives, ends_a_wait_for_a_descriptor,
	    descriptor_that_is_ready_does_not_block, from_another_thread, from_another_thread_at_any_moment};

	return run_suite("kill", tests, sizeof(tests) / sizeof(tests[0]));
}
