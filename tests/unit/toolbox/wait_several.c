/* Waiting for the ends of several greenlets. */
#include "tests/unit/suite.h"
#include <math.h>
#include <stdint.h>

static void *sleep_ms(void *ms)
{
	if (green_sleep((double)(intptr_t)ms / 1e3) < 0)
		return green_fail(errno);
	return ms;
}

static green_t *sleeper(int ms)
{
	return must_spawn(sleep_ms, (void *)(intptr_t)ms);
}

static void make(green_t **list, const int *ms, int n)
{
	int i;

	for (i = 0; i < n; i++)
		list[i] = sleeper(ms[i]);
}

static const int mixed[] = {30, 10, 20};

START_TEST(gathered_in_order)
{
	green_t *list[3];
	void *results[3];
	double begun = now();
	int i;

	make(list, mixed, 3);
	ck_assert_int_eq(green_gather(list, 3, -1, results), 0);
	for (i = 0; i < 3; i++)
		ck_assert_int_eq((intptr_t)results[i], mixed[i]);
	ck_assert(now() - begun >= 0.03 && now() - begun < 5);
	ck_assert_uint_eq(green_count(), 1);
	ck_assert_int_eq(green_gather(NULL, 0, -1, NULL), 0);
}

START_TEST(gather_in_vain)
{
	green_t *list[3];

	make(list, (int[]){1, 100000, 1}, 3);
	assert_failed(green_gather(list, 3, 0.01, NULL), ETIMEDOUT);
	ck_assert(green_ready(list[0]) && !green_ready(list[1]));
	ck_assert_int_eq(green_kill_all(list, 3, -1), 0);
	ck_assert_int_eq(green_error(list[1]), ECANCELED);
	ck_assert_int_eq(green_gather(list, 3, 0, NULL), 0);
}

START_TEST(gather_refused)
{
	green_t *one = sleeper(1), *twice[] = {one, one};

	assert_failed(green_gather(twice, 2, -1, NULL), EINVAL);
	assert_failed(green_gather(NULL, 2, -1, NULL), EINVAL);
	assert_failed(green_gather(&one, 1, NAN, NULL), EINVAL);
	assert_failed(green_gather((green_t *[]){green_self()}, 1, -1, NULL), EDEADLK);
	must_join(one);
}

START_TEST(some_of_them)
{
	green_t *list[4];

	make(list, (int[]){1, 100000, 2, 100000}, 4);
	ck_assert_int_eq(green_wait(list, 4, 1, 0), 0);
	ck_assert_int_eq(green_wait(list, 4, 2, -1), 2);
	ck_assert_int_eq(green_wait(list, 4, 0, 0.002), 2);
	ck_assert_int_eq(green_kill_all(list, 4, -1), 0);
	ck_assert_int_eq(green_wait(list, 4, 99, -1), 4);
	ck_assert_int_eq(green_gather(list, 4, 0, NULL), 0);
	ck_assert_int_eq(green_wait((green_t *[]){NULL}, 1, 0, -1), 1);
}

START_TEST(as_completed)
{
	static const int lasting[] = {400, 1, 200}, expected[] = {1, 200, 400};
	green_t *list[3], *g;
	green_iwait_t *iwait;
	int i, ms, sum = 0;

	make(list, lasting, 3);
	iwait = green_iwait(list, 3);
	ck_assert_ptr_nonnull(iwait);
	for (i = 0; i < 3; i++) {
		g = green_iwait_next(iwait, -1);
		ck_assert_ptr_nonnull(g);
		ms = (int)(intptr_t)green_value(g);
		ck_assert_int_eq(ms, is_shuffled() ? ms : expected[i]);
		sum += ms;
		must_join(g);
	}
	ck_assert_int_eq(sum, 601); /* each of them once */
	ck_assert_ptr_null(green_iwait_next(iwait, -1));
	ck_assert_int_eq(errno, 0);
	green_iwait_free(iwait);
	green_iwait_free(NULL);
}

START_TEST(completed_before_or_never)
{
	green_t *list[2];
	green_iwait_t *iwait;

	make(list, (int[]){1, 100000}, 2);
	green_sleep(0.005);
	iwait = green_iwait(list, 2);
	ck_assert_ptr_eq(green_iwait_next(iwait, 0), list[0]);
	ck_assert_ptr_null(green_iwait_next(iwait, 0.002));
	ck_assert_int_eq(errno, ETIMEDOUT);
	green_iwait_free(iwait);
	green_kill(list[1]);
	ck_assert_int_eq(green_gather(list, 2, -1, NULL), 0);
	ck_assert_ptr_null(green_iwait(NULL, 1));
	ck_assert_ptr_null(green_iwait_next(NULL, 1));
}

START_TEST(wait_for_in_time)
{
	void *result;

	ck_assert_int_eq(green_wait_for(sleeper(2), 100, &result), 0);
	ck_assert_int_eq((intptr_t)result, 2);
	assert_failed(green_wait_for(sleeper(100000), 0.002, &result), ETIMEDOUT);
	ck_assert_uint_eq(green_count(), 1);
	assert_failed(green_wait_for(NULL, 1, NULL), EINVAL);
}

static void *unwind_slowly(void *unused)
{
	green_sleep(100);
	green_shield_begin();
	green_sleep(0.03);
	green_shield_end();
	return unused;
}

START_TEST(kill_in_vain)
{
	green_t *g = must_spawn(unwind_slowly, NULL);

	green_yield();
	assert_failed(green_kill_wait(g, 0.002), ETIMEDOUT);
	ck_assert_int_eq(green_kill_wait(g, -1), 0);
	ck_assert(green_ready(g));
	must_join(g);
	assert_failed(green_kill_wait(green_self(), 1), EPERM);
	assert_failed(green_kill_wait(NULL, 1), EINVAL);
}

static void *join_in_two(void *other)
{
	return must_join(other);
}

/* Somebody joins it while others wait for its end. */
START_TEST(waited_for_by_many)
{
	green_t *g = sleeper(10), *joiner = must_spawn(join_in_two, g);

	green_yield();
	ck_assert_int_eq(green_wait(&g, 1, 1, -1), 1);
	assert_failed(green_gather(&g, 1, 0, NULL), EINVAL);
	ck_assert_int_eq((intptr_t)must_join(joiner), 10);
}

static void *wait_for_other(void *other)
{
	return (void *)(intptr_t)(green_wait((green_t **)&other, 1, 1, -1) < 0 ? errno : 0);
}

START_TEST(killed_while_waiting)
{
	green_t *g = sleeper(100000), *waiter = must_spawn(wait_for_other, g);

	green_sleep(0.001);
	green_kill(waiter);
	ck_assert_int_eq((intptr_t)must_join(waiter), ECANCELED);
	ck_assert_int_eq(green_kill_wait(g, -1), 0);
	must_join(g);
}

int main(void)
{
	const TTest *const tests[] = {gathered_in_order, gather_in_vain, gather_refused, some_of_them, as_completed,
	    completed_before_or_never, wait_for_in_time, kill_in_vain, waited_for_by_many, killed_while_waiting};

	return run_suite("wait_several", tests, sizeof(tests) / sizeof(tests[0]));
}
