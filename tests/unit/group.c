/* Groups and pools. */
#include "suite.h"
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <unistd.h>

static green_group_t *group;
static int running, most;

static void *sleep_ms(void *ms)
{
	int answer;

	if (++running > most)
		most = running;
	answer = green_sleep((double)(intptr_t)ms / 1e3);
	running--;
	return answer < 0 ? green_fail(errno) : ms;
}

static void end_group(void)
{
	ck_assert_int_eq(green_group_free(group), 0);
}

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
	static void *const long_first[] = {(void *)30, (void *)1, (void *)15};
	static const size_t expected[] = {1, 2, 0};
	green_imap_t *imap;
	size_t i, index;
	void *value;

	group = green_pool_new(3);
	imap = green_group_imap(group, sleep_ms, long_first, 3);
	for (i = 0; i < 3; i++) {
		ck_assert_int_eq(green_imap_next(imap, -1, &index, &value), 1);
		ck_assert_uint_eq(index, expected[i]);
		ck_assert_ptr_eq(value, long_first[index]);
	}
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

static pthread_t where;

static void *work(void *seconds)
{
	where = pthread_self();
	usleep((useconds_t)(*(double *)seconds * 1e6));
	return seconds;
}

static void *count_meanwhile(void *count)
{
	while (*(int *)count >= 0) {
		++*(int *)count;
		green_sleep(0.001);
	}
	return NULL;
}

START_TEST(on_a_thread)
{
	double seconds = 0.03;
	int count = 0;
	green_t *other = must_spawn(count_meanwhile, &count);
	void *value;

	ck_assert_int_eq(green_call_on_thread(work, &seconds, &value), 0);
	ck_assert_ptr_eq(value, &seconds);
	ck_assert(!pthread_equal(where, pthread_self()));
	ck_assert_int_gt(count, 1);
	count = -1000000;
	must_join(other);
	assert_failed(green_call_on_thread(fail_with, (void *)(intptr_t)EIO, &value), EIO);
	assert_failed(green_call_on_thread(NULL, NULL, NULL), EINVAL);
}

static _Atomic int at_work, most_at_work;

static void *work_beside(void *unused)
{
	int beside = ++at_work;

	if (beside > most_at_work)
		most_at_work = beside;
	usleep(3000);
	at_work--;
	return unused;
}

START_TEST(two_threads)
{
	green_threads_t *threads = green_threads_new(2);
	green_result_t *pending[6];
	void *value;
	int i;

	for (i = 0; i < 6; i++)
		pending[i] = green_threads_apply_async(threads, work_beside, &pending[i]);
	green_sleep(0.001);
	assert_failed(green_threads_free(threads), EBUSY);
	for (i = 0; i < 6; i++) {
		ck_assert_int_eq(green_result_get(pending[i], -1, &value), 0);
		ck_assert_ptr_eq(value, &pending[i]);
		green_result_free(pending[i]);
	}
	ck_assert_int_eq(most_at_work, 2);
	pending[0] = green_threads_apply_async(threads, fail_with, (void *)(intptr_t)EIO);
	assert_failed(green_result_get(pending[0], -1, &value), EIO);
	green_result_free(pending[0]);
	assert_failed(green_threads_call(NULL, work, NULL, NULL), EINVAL);
	ck_assert_ptr_null(green_threads_apply_async(threads, NULL, NULL));
	ck_assert_int_eq(green_threads_free(threads), 0);
	ck_assert_int_eq(green_threads_free(NULL), 0);
}

START_TEST(threads_without_greenlets)
{
	green_threads_t *threads = green_threads_new(0);
	double seconds = 0;
	void *value;

	ck_assert_int_eq(green_threads_call(threads, work, &seconds, &value), 0);
	ck_assert(pthread_equal(where, pthread_self()));
	assert_failed(green_threads_call(threads, fail_with, (void *)(intptr_t)EIO, &value), EIO);
	green_threads_free(threads);
}

int main(void)
{
	const TTest *const tests[] = {joined_when_empty, killed_together, pool_of_two, room_is_not_lost, refused, applied,
	    mapped_in_order, map_cut_short, as_they_come, given_up, failures_as_they_come, on_a_thread, two_threads,
	    threads_without_greenlets};

	return run_suite("group", tests, sizeof(tests) / sizeof(tests[0]));
}
