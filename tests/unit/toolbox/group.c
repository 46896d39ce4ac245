/* Groups and pools. */
#include "sleepers.h"
#include <math.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

START_TEST(joined_when_empty)
{
	int i;

	group = green_group_new();
	ck_assert_int_eq(green_group_join(group, -1), 0);
	for (i = 0; i < 10; i++)
		ck_assert_ptr_nonnull(green_group_spawn(group, sleep_ms, (void *)5, -1));
	ck_assert_uint_eq(green_group_count(group), 10);
	ck_assert_uint_eq(green_group_free_count(group), SIZE_MAX);
	assert_failed(green_group_free(group), EBUSY);
	assert_failed(green_group_join(group, 0), ETIMEDOUT);
	ck_assert_int_eq(green_group_join(group, -1), 0);
	ck_assert_uint_eq(green_group_count(group), 0);
	ck_assert_int_eq(most, 10);
	end_group();
}

START_TEST(killed_together)
{
	double begun = now();
	int i;

	group = green_group_new();
	for (i = 0; i < 10; i++)
		green_group_spawn(group, sleep_ms, (void *)100000, -1);
	green_sleep(0.001);
	ck_assert_int_eq(green_group_kill(group, -1), 0);
	ck_assert(now() - begun < 10);
	ck_assert_uint_eq(green_count(), 1);
	end_group();
}

START_TEST(pool_of_two)
{
	int i;

	group = green_pool_new(2);
	ck_assert_uint_eq(green_group_free_count(group), 2);
	for (i = 0; i < 7; i++)
		ck_assert_ptr_nonnull(green_group_spawn(group, sleep_ms, (void *)1, -1));
	ck_assert_int_eq(green_group_join(group, -1), 0);
	ck_assert_int_eq(most, 2);
	green_group_spawn(group, sleep_ms, (void *)100000, -1);
	green_group_spawn(group, sleep_ms, (void *)100000, -1);
	ck_assert_uint_eq(green_group_free_count(group), 0);
	ck_assert_ptr_null(green_group_spawn(group, sleep_ms, NULL, 0));
	ck_assert_int_eq(errno, ETIMEDOUT);
	ck_assert_ptr_null(green_group_spawn(group, sleep_ms, NULL, 0.002));
	ck_assert_int_eq(errno, ETIMEDOUT);
	ck_assert_int_eq(green_group_kill(group, -1), 0);
	end_group();
}

static void *tell_name(void *text)
{
	snprintf(text, 16, "%s", green_name(green_self()));
	return text;
}

START_TEST(with_options)
{
	const struct green_options options = {.name = "worker", .stack_size = 1 << 20},
				   absurd = {.stack_size = SIZE_MAX};
	char name[16] = "";

	group = green_pool_new(1);
	ck_assert_ptr_nonnull(green_group_spawn_with(group, &options, tell_name, name, -1));
	ck_assert_int_eq(green_group_join(group, -1), 0);
	ck_assert_str_eq(name, "worker");
	ck_assert_ptr_null(green_group_spawn_with(group, &absurd, tell_name, name, -1));
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_uint_eq(green_group_count(group), 0);
	end_group();
}

static void *spawn_in_full(void *unused)
{
	(void)unused;
	return green_group_spawn(group, sleep_ms, (void *)1, -1) ? NULL : (void *)(intptr_t)errno;
}

/* One of those who wait is killed just when there is room: the other takes it. */
START_TEST(room_is_not_lost)
{
	green_t *one, *other, *inside;

	group = green_pool_new(1);
	inside = green_group_spawn(group, sleep_ms, (void *)100000, -1);
	one = must_spawn(spawn_in_full, NULL);
	other = must_spawn(spawn_in_full, NULL);
	green_sleep(0.001);
	green_kill(inside);
	green_kill(one);
	must_join(one);
	ck_assert_int_eq((intptr_t)must_join(other), 0);
	ck_assert_int_eq(green_group_join(group, -1), 0);
	end_group();
}

static void *join_own(void *unused)
{
	assert_failed(green_group_join(group, -1), EDEADLK);
	assert_failed(green_group_kill(group, -1), EDEADLK);
	return unused;
}

static void *use_elsewhere(void *unused)
{
	assert_failed(green_group_join(group, -1), EPERM);
	assert_failed(green_group_kill(group, -1), EPERM);
	ck_assert_ptr_null(green_group_spawn(group, sleep_ms, NULL, -1));
	ck_assert_int_eq(errno, EPERM);
	return unused;
}

START_TEST(refused)
{
	pthread_t thread;

	ck_assert_ptr_null(green_pool_new(0));
	ck_assert_int_eq(errno, EINVAL);
	group = green_group_new();
	ck_assert_ptr_null(green_group_spawn(NULL, sleep_ms, NULL, -1));
	ck_assert_ptr_null(green_group_spawn(group, NULL, NULL, -1));
	ck_assert_ptr_null(green_group_spawn(group, sleep_ms, NULL, NAN));
	assert_failed(green_group_join(NULL, -1), EINVAL);
	assert_failed(green_group_map(group, NULL, NULL, 0, NULL), EINVAL);
	assert_failed(green_group_map(group, sleep_ms, NULL, 1, NULL), EINVAL);
	ck_assert_ptr_null(green_group_imap(group, NULL, NULL, 1));
	ck_assert_uint_eq(green_group_count(NULL) + green_group_free_count(NULL), 0);
	ck_assert_int_eq(green_group_free(NULL), 0);
	green_group_spawn(group, join_own, NULL, -1);
	ck_assert_int_eq(green_group_join(group, -1), 0);
	pthread_create(&thread, NULL, use_elsewhere, NULL);
	pthread_join(thread, NULL);
	end_group();
}

static void *fail_with(void *error)
{
	return green_fail((int)(intptr_t)error);
}

START_TEST(applied)
{
	green_result_t *good, *bad;
	void *value;

	group = green_pool_new(1);
	good = green_group_apply_async(group, sleep_ms, (void *)1, -1);
	bad = green_group_apply_async(group, fail_with, (void *)(intptr_t)EIO, -1);
	ck_assert_int_eq(green_result_get(good, -1, &value), 0);
	ck_assert_int_eq((intptr_t)value, 1);
	assert_failed(green_result_get(bad, -1, &value), EIO);
	green_result_free(good);
	green_result_free(bad);
	ck_assert_ptr_null(green_group_apply_async(NULL, sleep_ms, NULL, -1));
	end_group();
}

int main(void)
{
	const TTest *const tests[] = {
	    joined_when_empty, killed_together, pool_of_two, with_options, room_is_not_lost, refused, applied};

	return run_suite("group", tests, sizeof(tests) / sizeof(tests[0]));
}
