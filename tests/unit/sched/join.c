/* Joining: results, time limits, and who may not. */
#include "tests/unit/handle.h"
#include <pthread.h>
#include <signal.h>
#include <stdint.h>

#include "runtime/sched/park.h"

static void *sleep_a_little(void *result)
{
	green_sleep(0.02);
	return result;
}

static void *sleep_for_ever(void *unused)
{
	(void)unused;
	return green_sleep(1e6) < 0 ? (void *)(intptr_t)errno : NULL;
}

START_TEST(brings_the_result)
{
	green_t *running = must_spawn(sleep_a_little, "slow"), *ended = must_spawn(do_nothing, "quick");

	ck_assert_str_eq(must_join(running), "slow");
	ck_assert_str_eq(must_join(ended), "quick");
	ck_assert_int_eq(green_join(must_spawn(do_nothing, "unused"), -1, NULL), 0);
}

START_TEST(times_out_and_leaves_the_handle_valid)
{
	green_t *g = must_spawn(sleep_a_little, "result");
	double since = now();
	void *result = "untouched";

	assert_failed(green_join(g, 0, &result), ETIMEDOUT);
	assert_failed(green_join(g, 0.002, &result), ETIMEDOUT);
	ck_assert_double_ge(now() - since, 0.002);
	ck_assert_str_eq(result, "untouched");
	ck_assert_str_eq(must_join(g), "result");
}

START_TEST(does_not_wait_for_the_ended)
{
	green_t *g = must_spawn(do_nothing, "result");
	void *result;

	while (green_count() > 1)
		green_yield();
	ck_assert_int_eq(green_join(g, 0, &result), 0);
	ck_assert_str_eq(result, "result");
}

static void *join_oneself(void *unused)
{
	assert_failed(green_join(green_self(), -1, NULL), EDEADLK);
	return unused;
}

START_TEST(oneself_would_never_end)
{
	must_join(must_spawn(join_oneself, NULL));
	assert_failed(green_join(green_self(), -1, NULL), EDEADLK);
}

static void *join_main(void *main_greenlet)
{
	assert_failed(green_join(main_greenlet, -1, NULL), EINVAL);
	return NULL;
}

START_TEST(refuses_nonsense)
{
	green_t *g = must_spawn(do_nothing, NULL);

	assert_failed(green_join(NULL, -1, NULL), EINVAL);
	assert_failed(green_join(g, __builtin_nan(""), NULL), EINVAL);
	must_join(must_spawn(join_main, green_self()));
	ck_assert_int_eq(green_detach(g), 0);
	assert_failed(green_join(must_spawn(do_nothing, NULL), __builtin_nan(""), NULL), EINVAL);
}

static void *join_other(void *other)
{
	void *result = NULL;

	if (green_join(other, -1, &result) < 0)
		return (void *)(intptr_t)-errno;
	return result;
}

START_TEST(only_one_may_join)
{
	green_t *g = must_spawn(sleep_a_little, "result"), *first = must_spawn(join_other, g);

	green_sleep(0.001);
	assert_failed(green_join(g, -1, NULL), EINVAL);
	assert_failed(green_detach(g), EINVAL);
	ck_assert_str_eq(must_join(first), "result");
}

static void *use_on_other_thread(void *g)
{
	assert_failed(green_join(g, 0, NULL), EINVAL);
	assert_failed(green_detach(g), EINVAL);
	become_host();
	assert_failed(green_join(g, 0, NULL), EINVAL);
	assert_failed(green_detach(g), EINVAL);
	ck_assert_uint_eq(green_count(), 1);
	return NULL;
}

START_TEST(not_from_another_thread)
{
	green_t *g = must_spawn(do_nothing, "result");
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, use_on_other_thread, g), 0);
	pthread_join(thread, NULL);
	ck_assert_str_eq(must_join(g), "result");
}

START_TEST(killed_joiner_leaves_the_handle_valid)
{
	green_t *g = must_spawn(sleep_a_little, "result"), *joiner = must_spawn(join_other, g);

	green_sleep(0.001);
	ck_assert_int_eq(green_kill(joiner), 0);
	ck_assert_int_eq((intptr_t)must_join(joiner), -ECANCELED);
	ck_assert_str_eq(must_join(g), "result");
}

START_TEST(signal_interrupts)
{
	green_t *g = must_spawn(sleep_for_ever, NULL);

	handle(SIGALRM, on_restarting);
	ualarm(20000, 20000); /* again and again: the first may come before the join does */
	assert_failed(green_join(g, -1, NULL), EINTR);
	ualarm(0, 0);
	ck_assert_int_eq(green_kill(g), 0);
	ck_assert_int_eq((intptr_t)must_join(g), ECANCELED);
}

START_TEST(many_in_reverse)
{
	green_t *g[1000];
	intptr_t i;

	for (i = 0; i < 1000; i++)
		g[i] = must_spawn(sleep_a_little, (void *)i);
	for (i = 999; i >= 0; i--)
		ck_assert_int_eq((intptr_t)must_join(g[i]), i);
	ck_assert_uint_eq(green_count(), 1);
}

START_TEST(each_joins_the_one_before)
{
	green_t *g = must_spawn(sleep_a_little, "first");
	int i;

	for (i = 0; i < 1000; i++)
		g = must_spawn(join_other, g);
	ck_assert_str_eq(must_join(g), "first");
	ck_assert_uint_eq(green_count(), 1);
}

int main(void)
{
	const TTest *const tests[] = {brings_the_result, times_out_and_leaves_the_handle_valid,
	    does_not_wait_for_the_ended, oneself_would_never_end, refuses_nonsense, only_one_may_join,
	    not_from_another_thread, killed_joiner_leaves_the_handle_valid, signal_interrupts, many_in_reverse,
	    each_joins_the_one_before};

	return run_suite("join", tests, sizeof(tests) / sizeof(tests[0]));
}
