/* Events and results. */
#include "tests/unit/suite.h"
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

static green_event_t *event;
static int arrived;

static void *wait_for_event(void *timeout)
{
	arrived++;
	return (void *)(intptr_t)(green_event_wait(event, *(double *)timeout) < 0 ? errno : 0);
}

static double for_ever = -1, soon = 0.002;

START_TEST(wakes_all)
{
	green_t *waiters[100];
	int i;

	event = green_event_new();
	for (i = 0; i < 100; i++)
		waiters[i] = must_spawn(wait_for_event, &for_ever);
	while (arrived < 100)
		green_yield();
	green_sleep(0.001);
	ck_assert(!green_event_is_set(event));
	assert_failed(green_event_free(event), EBUSY);
	ck_assert_int_eq(green_event_set(event), 0);
	ck_assert_int_eq(green_event_clear(event), 0);
	for (i = 0; i < 100; i++)
		ck_assert_int_eq((intptr_t)must_join(waiters[i]), 0);
	assert_failed(green_event_wait(event, 0), ETIMEDOUT);
	ck_assert_int_eq(green_event_free(event), 0);
}

START_TEST(is_set_already)
{
	event = green_event_new();
	assert_failed(green_event_wait(event, 0), ETIMEDOUT);
	green_event_set(event);
	ck_assert(green_event_is_set(event));
	ck_assert_int_eq(green_event_wait(event, 0), 0);
	ck_assert_int_eq(green_event_wait(event, -1), 0);
	ck_assert_int_eq(green_event_free(event), 0);
}

START_TEST(ends_of_a_wait)
{
	green_t *late, *killed;

	event = green_event_new();
	late = must_spawn(wait_for_event, &soon);
	killed = must_spawn(wait_for_event, &for_ever);
	ck_assert_int_eq((intptr_t)must_join(late), ETIMEDOUT);
	green_kill(killed);
	ck_assert_int_eq((intptr_t)must_join(killed), ECANCELED);
	ck_assert_int_eq(green_event_free(event), 0);
}

START_TEST(refused)
{
	event = green_event_new();
	assert_failed(green_event_set(NULL), EINVAL);
	assert_failed(green_event_clear(NULL), EINVAL);
	assert_failed(green_event_wait(NULL, 1), EINVAL);
	assert_failed(green_event_wait(event, NAN), EINVAL);
	ck_assert(!green_event_is_set(NULL));
	ck_assert_int_eq(green_event_free(NULL), 0);
	green_event_free(event);
}

static void *set_later(void *unused)
{
	usleep(3000);
	green_event_set(event);
	return unused;
}

/* Either may be an OS thread without greenlets. */
START_TEST(between_os_threads)
{
	pthread_t thread;

	event = green_event_new();
	pthread_create(&thread, NULL, wait_for_event, &for_ever);
	usleep(1000);
	green_event_set(event);
	pthread_join(thread, NULL);
	green_event_clear(event);
	become_host();
	pthread_create(&thread, NULL, set_later, NULL);
	ck_assert_int_eq(green_event_wait(event, -1), 0);
	pthread_join(thread, NULL);
	green_event_clear(event);
	pthread_create(&thread, NULL, wait_for_event, &soon);
	pthread_join(thread, NULL);
	ck_assert_int_eq(green_event_free(event), 0);
}

static green_result_t *result;

static void *get(void *timeout)
{
	void *value;

	return green_result_get(result, *(double *)timeout, &value) < 0 ? (void *)(intptr_t)errno : value;
}

START_TEST(result_of_a_value)
{
	green_t *one, *other;
	void *value;

	result = green_result_new();
	one = must_spawn(get, &for_ever);
	other = must_spawn(get, &for_ever);
	green_sleep(0.001);
	ck_assert(!green_result_is_done(result));
	assert_failed(green_result_free(result), EBUSY);
	ck_assert_int_eq(green_result_set(result, "value"), 0);
	ck_assert_str_eq(must_join(one), "value");
	ck_assert_str_eq(must_join(other), "value");
	ck_assert_int_eq(green_result_get(result, 0, &value), 0);
	ck_assert_str_eq(value, "value");
	ck_assert(green_result_is_done(result) && !green_result_error(result));
	assert_failed(green_result_set(result, "another"), EALREADY);
	assert_failed(green_result_cancel(result), EALREADY);
	ck_assert_int_eq(green_result_free(result), 0);
}

START_TEST(result_of_an_error)
{
	result = green_result_new();
	assert_failed(green_result_get(result, 0.001, NULL), ETIMEDOUT);
	assert_failed(green_result_set_error(result, 0), EINVAL);
	ck_assert_int_eq(green_result_set_error(result, EIO), 0);
	assert_failed(green_result_get(result, -1, NULL), EIO);
	ck_assert_int_eq(green_result_error(result), EIO);
	green_result_free(result);
	result = green_result_new();
	green_result_cancel(result);
	assert_failed(green_result_get(result, -1, NULL), ECANCELED);
	green_result_free(result);
}

static char order[8];

static void note(green_result_t *of, void *letter)
{
	size_t i = 0;

	ck_assert(green_result_is_done(of));
	while (order[i])
		i++;
	order[i] = *(char *)letter;
}

START_TEST(callbacks_in_order)
{
	result = green_result_new();
	ck_assert_int_eq(green_result_on_done(result, note, "a"), 0);
	ck_assert_int_eq(green_result_on_done(result, note, "b"), 0);
	ck_assert_str_eq(order, "");
	green_result_set(result, NULL);
	ck_assert_str_eq(order, "ab");
	ck_assert_int_eq(green_result_on_done(result, note, "c"), 0);
	ck_assert_str_eq(order, "abc");
	assert_failed(green_result_on_done(result, NULL, "c"), EINVAL);
	green_result_free(result);
	result = green_result_new();
	green_result_on_done(result, note, "!");
	ck_assert_int_eq(green_result_free(result), 0);
	ck_assert_str_eq(order, "abc");
}

START_TEST(results_refused)
{
	assert_failed(green_result_set(NULL, NULL), EINVAL);
	assert_failed(green_result_set_error(NULL, EIO), EINVAL);
	assert_failed(green_result_cancel(NULL), EINVAL);
	assert_failed(green_result_get(NULL, 0, NULL), EINVAL);
	assert_failed(green_result_on_done(NULL, note, NULL), EINVAL);
	ck_assert(!green_result_is_done(NULL) && !green_result_error(NULL));
	ck_assert_int_eq(green_result_free(NULL), 0);
}

enum { ROUNDS = 2000 };
static _Atomic(green_result_t *) wanted;

static void *bring_each(void *unused)
{
	int i;

	for (i = 0; i < ROUNDS; i++) {
		green_result_t *next;

		while (!(next = atomic_exchange(&wanted, NULL)))
			sched_yield(); /* there may be but one processor */
		green_result_set(next, next);
	}
	return unused;
}

/* At any moment: before the greenlet waits, while it is about to, and while it does. */
START_TEST(result_from_an_os_thread)
{
	pthread_t thread;
	void *value;
	int i;

	become_host();
	pthread_create(&thread, NULL, bring_each, NULL);
	for (i = 0; i < ROUNDS; i++) {
		result = green_result_new();
		atomic_store(&wanted, result);
		ck_assert_int_eq(green_result_get(result, -1, &value), 0);
		ck_assert_ptr_eq(value, result);
		green_result_free(result);
	}
	pthread_join(thread, NULL);
}

int main(void)
{
	const TTest *const tests[] = {wakes_all, is_set_already, ends_of_a_wait, refused, between_os_threads,
	    result_of_a_value, result_of_an_error, callbacks_in_order, results_refused, result_from_an_os_thread};

	return run_suite("event", tests, sizeof(tests) / sizeof(tests[0]));
}
