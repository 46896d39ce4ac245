/* A function for many arguments, in the greenlets of a group. */
#include "sleepers.h"

static void *fail_with(void *error)
{
	return green_fail((int)(intptr_t)error);
}

enum { CALLS = 20 };
static void *args[CALLS], *results[CALLS];

static void fill_args(void)
{
	intptr_t i;

	for (i = 0; i < CALLS; i++)
		args[i] = (void *)((i * 7) % CALLS);
}

START_TEST(mapped_in_order)
{
	int i;

	fill_args();
	group = green_pool_new(4);
	ck_assert_int_eq(green_group_map(group, sleep_ms, args, CALLS, results), 0);
	for (i = 0; i < CALLS; i++)
		ck_assert_ptr_eq(results[i], args[i]);
	ck_assert_int_eq(most, 4);
	ck_assert_int_eq(green_group_map(group, sleep_ms, args, 3, NULL), 0);
	ck_assert_int_eq(green_group_map(group, sleep_ms, NULL, 0, NULL), 0);
	args[5] = (void *)(intptr_t)EIO;
	assert_failed(green_group_map(group, fail_with, &args[5], 1, NULL), EIO);
	end_group();
}

static void *map_long(void *unused)
{
	static void *const long_args[] = {(void *)100000, (void *)100000, (void *)100000};

	(void)unused;
	return (void *)(intptr_t)(green_group_map(group, sleep_ms, long_args, 3, NULL) < 0 ? errno : 0);
}

START_TEST(map_cut_short)
{
	green_t *g;
	size_t size;

	for (size = 1; size < 5; size++) {
		group = green_pool_new(size);
		g = must_spawn(map_long, NULL);
		green_sleep(0.001);
		green_kill(g);
		ck_assert_int_eq((intptr_t)must_join(g), ECANCELED);
		ck_assert_uint_eq(green_group_count(group), 0);
		end_group();
	}
}

START_TEST(as_they_come)
{
	static void *const long_first[] = {(void *)400, (void *)1, (void *)200};
	static const size_t expected[] = {1, 2, 0};
	green_imap_t *imap;
	size_t i, index, seen = 0;
	void *value;

	group = green_pool_new(3);
	imap = green_group_imap(group, sleep_ms, long_first, 3);
	for (i = 0; i < 3; i++) {
		ck_assert_int_eq(green_imap_next(imap, -1, &index, &value), 1);
		ck_assert_uint_eq(index, is_shuffled() ? index : expected[i]);
		ck_assert_ptr_eq(value, long_first[index]);
		seen |= (size_t)1 << index;
	}
	ck_assert_uint_eq(seen, 7);
	ck_assert_int_eq(green_imap_next(imap, -1, &index, &value), 0);
	green_imap_free(imap);
	green_imap_free(NULL);
	ck_assert_int_eq(green_group_join(group, -1), 0);
	green_sleep(0.001);
	ck_assert_uint_eq(green_count(), 1);
	end_group();
}

START_TEST(given_up)
{
	static void *const long_args[] = {(void *)1, (void *)100000, (void *)100000, (void *)100000};
	green_imap_t *imap;
	size_t index;

	group = green_pool_new(2);
	imap = green_group_imap(group, sleep_ms, long_args, 4);
	ck_assert_int_eq(green_imap_next(imap, -1, &index, NULL), 1);
	ck_assert_uint_eq(index, 0);
	assert_failed(green_imap_next(imap, 0.002, NULL, NULL), ETIMEDOUT);
	green_imap_free(imap);
	ck_assert_int_eq(green_group_join(group, -1), 0);
	while (green_count() > 1)
		green_yield();
	ck_assert_int_eq(most, 2);
	end_group();
}

START_TEST(failures_as_they_come)
{
	static void *const errors[] = {(void *)(intptr_t)EIO, (void *)(intptr_t)EBADF};
	green_imap_t *imap;
	size_t index = 9;

	group = green_group_new();
	imap = green_group_imap(group, fail_with, errors, 2);
	ck_assert_int_eq(green_imap_next(imap, -1, &index, NULL), -1);
	ck_assert_int_eq(errno, (int)(intptr_t)errors[index]);
	ck_assert_int_eq(green_imap_next(imap, -1, &index, NULL), -1);
	ck_assert_int_eq(green_imap_next(imap, -1, &index, NULL), 0);
	green_imap_free(imap);
	end_group();
}

int main(void)
{
	const TTest *const tests[] = {mapped_in_order, map_cut_short, as_they_come, given_up, failures_as_they_come};

	return run_suite("map", tests, sizeof(tests) / sizeof(tests[0]));
}
