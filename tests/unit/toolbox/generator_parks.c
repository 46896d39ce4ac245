/* Generators that park, and what becomes of their greenlets. */
#include "tests/unit/suite.h"
#include <pthread.h>
#include <stdint.h>

static void *nap(green_gen_t *gen, void *unused)
{
	intptr_t i;

	for (i = 0; i < 5 && green_sleep(0.001) == 0; i++) {
		if (green_gen_yield(gen, (void *)i, NULL) < 0)
			break;
	}
	return unused;
}

static void *run_napper(void *unused)
{
	green_gen_t *gen = green_gen_new(nap, NULL);
	intptr_t i = 0;
	void *value;

	while (green_gen_next(gen, &value) > 0)
		ck_assert_int_eq((intptr_t)value, i++);
	ck_assert_int_eq(green_gen_close(gen), 0);
	return unused ? unused : (void *)i;
}

/* What parks in a generator parks the greenlet that has asked it. */
START_TEST(parks_with_its_greenlet)
{
	green_t *g[20];
	int i;

	for (i = 0; i < 20; i++)
		g[i] = must_spawn(run_napper, NULL);
	for (i = 0; i < 20; i++)
		ck_assert_int_eq((intptr_t)must_join(g[i]), 5);
	g[0] = must_spawn(run_napper, NULL);
	green_kill(g[0]);
	ck_assert_int_eq((intptr_t)must_join(g[0]), 0);
}

static void *ask_parked(void *gen)
{
	assert_failed(green_gen_next(gen, NULL), EBUSY);
	return NULL;
}

static void *let_another_ask(green_gen_t *gen, void *unused)
{
	must_join(must_spawn(ask_parked, gen));
	return unused;
}

START_TEST(busy_while_parked)
{
	green_gen_t *gen = green_gen_new(let_another_ask, NULL);

	ck_assert_int_eq(green_gen_next(gen, NULL), 0);
	green_gen_close(gen);
}

static void *exit_inside(green_gen_t *gen, void *unused)
{
	(void)gen;
	pthread_exit("left");
	return unused;
}

static void *ask_for_exit(void *unused)
{
	green_gen_next(green_gen_new(exit_inside, NULL), NULL);
	return unused;
}

START_TEST(its_greenlet_exits_inside)
{
	ck_assert_str_eq(must_join(must_spawn(ask_for_exit, "ended")), "ended");
	ck_assert_uint_eq(green_count(), 1);
}

int main(void)
{
	const TTest *const tests[] = {parks_with_its_greenlet, busy_while_parked, its_greenlet_exits_inside};

	return run_suite("generator_parks", tests, sizeof(tests) / sizeof(tests[0]));
}
