/* Timeouts: what they end, how they nest, shields. */
#include "tests/unit/suite.h"
#include <math.h>
#include <poll.h>
#include <stdint.h>

START_TEST(ends_a_sleep)
{
	struct green_timeout limit;
	double begun = now();

	ck_assert_int_eq(green_timeout_begin(&limit, 0.005), 0);
	assert_failed(green_sleep(100), ETIMEDOUT);
	assert_failed(green_sleep(100), ETIMEDOUT);
	assert_failed(green_timeout_end(&limit), ETIMEDOUT);
	ck_assert(now() - begun < 10 && now() - begun >= 0.005);
	ck_assert_int_eq(green_sleep(0.001), 0);
}

START_TEST(in_time)
{
	struct green_timeout limit;

	ck_assert_int_eq(green_timeout_begin(&limit, 100), 0);
	ck_assert(green_time_left() > 50 && green_time_left() <= 100);
	ck_assert_int_eq(green_sleep(0.001), 0);
	errno = 1234;
	ck_assert_int_eq(green_timeout_end(&limit), 0);
	ck_assert_int_eq(errno, 1234);
	ck_assert(green_time_left() < 0);
}

START_TEST(passed_without_a_call)
{
	struct green_timeout limit;

	ck_assert_int_eq(green_timeout_begin(&limit, 0), 0);
	ck_assert(green_time_left() == 0);
	ck_assert_int_eq(green_timeout_end(&limit), 0);
}

START_TEST(inner_is_earlier)
{
	struct green_timeout outer, inner;

	green_timeout_begin(&outer, 50);
	green_timeout_begin(&inner, 0.002);
	assert_failed(green_sleep(100), ETIMEDOUT);
	assert_failed(green_timeout_end(&inner), ETIMEDOUT);
	ck_assert_int_eq(green_sleep(0.001), 0);
	ck_assert_int_eq(green_timeout_end(&outer), 0);
}

START_TEST(outer_is_earlier)
{
	struct green_timeout outer, inner;

	green_timeout_begin(&outer, 0.002);
	green_timeout_begin(&inner, 50);
	assert_failed(green_sleep(100), ETIMEDOUT);
	ck_assert_int_eq(green_timeout_end(&inner), 0);
	assert_failed(green_sleep(100), ETIMEDOUT);
	assert_failed(green_timeout_end(&outer), ETIMEDOUT);
}

START_TEST(no_limit)
{
	struct green_timeout limit;

	ck_assert_int_eq(green_timeout_begin(&limit, -1), 0);
	ck_assert_int_eq(green_sleep(0.001), 0);
	ck_assert(green_time_left() < 0);
	ck_assert_int_eq(green_timeout_end(&limit), 0);
}

static void *sleep_long(void *unused)
{
	(void)unused;
	return (void *)(intptr_t)(green_sleep(100) < 0 ? errno : 0);
}

START_TEST(of_a_call)
{
	void *result;

	assert_failed(green_with_timeout(0.002, sleep_long, NULL, &result), ETIMEDOUT);
	ck_assert_int_eq((intptr_t)result, ETIMEDOUT);
	ck_assert_int_eq(green_with_timeout(100, do_nothing, "value", &result), 0);
	ck_assert_str_eq(result, "value");
	ck_assert_int_eq(green_with_timeout(100, do_nothing, "value", NULL), 0);
}

static void *end_anothers(void *limit)
{
	assert_failed(green_timeout_end(limit), EINVAL);
	ck_assert_int_eq(green_sleep(0.001), 0);
	return NULL;
}

START_TEST(misuse)
{
	struct green_timeout limit, other;

	assert_failed(green_timeout_begin(NULL, 1), EINVAL);
	assert_failed(green_timeout_begin(&limit, NAN), EINVAL);
	assert_failed(green_timeout_end(NULL), EINVAL);
	green_timeout_begin(&limit, 100);
	green_timeout_begin(&other, 100);
	assert_failed(green_timeout_end(&limit), EINVAL);
	must_join(must_spawn(end_anothers, &other));
	ck_assert_int_eq(green_timeout_end(&other), 0);
	assert_failed(green_timeout_end(&other), EINVAL);
	ck_assert_int_eq(green_timeout_end(&limit), 0);
	assert_failed(green_with_timeout(1, NULL, NULL, NULL), EINVAL);
}

START_TEST(of_one_greenlet_alone)
{
	struct green_timeout limit;
	green_t *other = must_spawn(sleep_long, NULL);

	green_timeout_begin(&limit, 0.002);
	assert_failed(green_join(other, -1, NULL), ETIMEDOUT);
	assert_failed(green_timeout_end(&limit), ETIMEDOUT);
	assert_failed(green_join(other, 0.002, NULL), ETIMEDOUT);
	green_kill(other);
	ck_assert_int_eq((intptr_t)must_join(other), ECANCELED);
}

/* A join that ends by its own deadline says the same, but the timeout knows that it was not it. */
START_TEST(own_deadline_is_not_the_timeout)
{
	struct green_timeout limit;
	green_t *other = must_spawn(sleep_long, NULL);

	green_timeout_begin(&limit, 100);
	assert_failed(green_join(other, 0.002, NULL), ETIMEDOUT);
	ck_assert_int_eq(green_wait_fd(0, POLLIN, 0) >= 0, 1);
	ck_assert_int_eq(green_timeout_end(&limit), 0);
	green_kill(other);
	must_join(other);
}

/* The greenlet that takes over the stack has no limit. */
static void *leave_running(void *unused)
{
	struct green_timeout *limit = malloc(sizeof(*limit));

	green_timeout_begin(limit, 0.001);
	free(limit);
	return unused;
}

START_TEST(ends_with_its_greenlet)
{
	must_join(must_spawn(leave_running, NULL));
	must_join(must_spawn(do_nothing, NULL));
	green_sleep(0.002);
	ck_assert_int_eq(green_with_timeout(50, do_nothing, NULL, NULL), 0);
	ck_assert_int_eq(green_sleep(0.001), 0);
}

START_TEST(shield_holds_a_timeout_back)
{
	struct green_timeout limit, inner;

	green_timeout_begin(&limit, 0.001);
	ck_assert_int_eq(green_shield_begin(), 0);
	ck_assert_int_eq(green_shield_begin(), 0);
	ck_assert_int_eq(green_sleep(0.003), 0);
	ck_assert_int_eq(green_shield_end(), 0);
	ck_assert_int_eq(green_sleep(0.001), 0);
	green_timeout_begin(&inner, 0.001);
	assert_failed(green_sleep(100), ETIMEDOUT);
	assert_failed(green_timeout_end(&inner), ETIMEDOUT);
	ck_assert_int_eq(green_shield_end(), 0);
	assert_failed(green_sleep(100), ETIMEDOUT);
	assert_failed(green_timeout_end(&limit), ETIMEDOUT);
	assert_failed(green_shield_end(), EINVAL);
}

static void *clean_up_shielded(void *order)
{
	char *next = order;

	green_shield_begin();
	*next++ = green_sleep(0.005) == 0 ? 'a' : 'A';
	*next++ = green_sleep(0.001) == 0 ? 'b' : 'B';
	green_shield_end();
	*next++ = green_sleep(0.001) == 0 ? 'c' : 'C';
	return NULL;
}

START_TEST(shield_holds_a_kill_back)
{
	char order[4] = "";
	green_t *g = must_spawn(clean_up_shielded, order);

	green_sleep(0.001);
	ck_assert_int_eq(green_kill(g), 0);
	must_join(g);
	ck_assert_str_eq(order, "abC");
}

START_TEST(shield_without_greenlets)
{
	assert_failed(green_shield_begin(), EINVAL);
	assert_failed(green_shield_end(), EINVAL);
}

int main(void)
{
	const TTest *const tests[] = {ends_a_sleep, in_time, passed_without_a_call, inner_is_earlier, outer_is_earlier,
	    no_limit, of_a_call, misuse, of_one_greenlet_alone, own_deadline_is_not_the_timeout, ends_with_its_greenlet,
	    shield_holds_a_timeout_back, shield_holds_a_kill_back, shield_without_greenlets};

	return run_suite("timeout", tests, sizeof(tests) / sizeof(tests[0]));
}
