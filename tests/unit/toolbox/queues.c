/* Queues for the program: orders, limits, closing, joining, OS threads. */
#include "tests/unit/suite.h"
#include <math.h>
#include <stdint.h>

static green_queue_t *queue;

static int get_int(void)
{
	int value;

	ck_assert_int_eq(green_queue_get(queue, &value, 0), 0);
	return value;
}

static void put_int(int value)
{
	ck_assert_int_eq(green_queue_put(queue, &value, 0), 0);
}

static int compare_tens(const void *a, const void *b)
{
	return *(const int *)a / 10 - *(const int *)b / 10;
}

static void end_queue(void)
{
	ck_assert_int_eq(green_queue_free(queue), 0);
}

START_TEST(first_in_first_out)
{
	int i, next = 0;

	queue = green_queue_new(sizeof(int), 0);
	for (i = 0; i < 1000; i++) {
		put_int(i);
		if (i % 3 == 0)
			ck_assert_int_eq(get_int(), next++);
	}
	ck_assert_uint_eq(green_queue_count(queue), 1000 - (size_t)next);
	while (next < 1000)
		ck_assert_int_eq(get_int(), next++);
	assert_failed(green_queue_get(queue, &i, 0), ETIMEDOUT);
	end_queue();
}

START_TEST(last_in_first_out)
{
	int i;

	queue = green_queue_new_lifo(sizeof(int), 0);
	for (i = 0; i < 100; i++)
		put_int(i);
	while (i-- > 0)
		ck_assert_int_eq(get_int(), i);
	end_queue();
}

/* Of the same tens, in the order in which they came. */
START_TEST(least_first)
{
	int i, last = -1, value;

	queue = green_queue_new_priority(sizeof(int), 0, compare_tens);
	for (i = 0; i < 1000; i++)
		put_int(i * 7919 % 1000 / 10 * 10 + i / 100);
	for (i = 0; i < 1000; i++) {
		value = get_int();
		ck_assert_int_ge(value, last);
		last = value;
	}
	end_queue();
}

START_TEST(any_size)
{
	struct {
		char text[37];
	} one = {"thirty-seven bytes"}, two;

	queue = green_queue_new(sizeof(one), 2);
	ck_assert_int_eq(green_queue_put(queue, &one, 0), 0);
	ck_assert_int_eq(green_queue_peek(queue, &two, 0), 0);
	ck_assert_str_eq(two.text, one.text);
	ck_assert_uint_eq(green_queue_count(queue), 1);
	two.text[0] = '\0';
	ck_assert_int_eq(green_queue_get(queue, &two, 0), 0);
	ck_assert_str_eq(two.text, one.text);
	end_queue();
}

static void *produce(void *count)
{
	intptr_t i;

	for (i = 0; i < (intptr_t)count; i++)
		ck_assert_int_eq(green_queue_put(queue, &i, -1), 0);
	return NULL;
}

static void *consume(void *count)
{
	intptr_t i, value;

	for (i = 0; i < (intptr_t)count; i++) {
		ck_assert_int_eq(green_queue_get(queue, &value, -1), 0);
		ck_assert_int_eq(value, i);
	}
	return NULL;
}

static void pass(green_queue_t *by)
{
	green_t *producer, *consumer;

	queue = by;
	producer = must_spawn(produce, (void *)1000);
	consumer = must_spawn(consume, (void *)1000);
	must_join(producer);
	must_join(consumer);
	end_queue();
}

START_TEST(producer_and_consumer)
{
	pass(green_queue_new(sizeof(intptr_t), 1));
	pass(green_queue_new(sizeof(intptr_t), 7));
	pass(green_queue_new(sizeof(intptr_t), 0));
	pass(green_channel_new(sizeof(intptr_t)));
}

static void *put_one(void *value)
{
	return (void *)(intptr_t)(green_queue_put(queue, &value, -1) < 0 ? errno : 0);
}

static void *get_one(void *unused)
{
	void *value;

	(void)unused;
	return green_queue_get(queue, &value, -1) < 0 ? (void *)(intptr_t)errno : value;
}

static void *peek_one(void *unused)
{
	void *value;

	(void)unused;
	return green_queue_peek(queue, &value, -1) < 0 ? (void *)(intptr_t)errno : value;
}

START_TEST(channel_holds_nothing)
{
	void *value = (void *)5;
	green_t *putter;

	queue = green_channel_new(sizeof(void *));
	assert_failed(green_queue_put(queue, &value, 0), ETIMEDOUT);
	assert_failed(green_queue_put(queue, &value, 0.001), ETIMEDOUT);
	putter = must_spawn(put_one, (void *)7);
	green_sleep(0.001);
	ck_assert(!green_ready(putter));
	ck_assert_int_eq(green_queue_peek(queue, &value, 0), 0);
	ck_assert_int_eq((intptr_t)value, 7);
	ck_assert_int_eq(green_queue_get(queue, &value, 0), 0);
	ck_assert_int_eq((intptr_t)must_join(putter), 0);
	end_queue();
}

START_TEST(waits_while_full)
{
	void *value = NULL;
	green_t *putter;

	queue = green_queue_new(sizeof(void *), 1);
	put_one((void *)1);
	assert_failed(green_queue_put(queue, &value, 0), ETIMEDOUT);
	putter = must_spawn(put_one, (void *)2);
	green_sleep(0.001);
	ck_assert(!green_ready(putter));
	ck_assert_int_eq((intptr_t)get_one(NULL), 1);
	ck_assert_uint_eq(green_queue_count(queue), 1);
	must_join(putter);
	ck_assert_int_eq((intptr_t)get_one(NULL), 2);
	end_queue();
}

START_TEST(closing_wakes_all)
{
	green_t *getters[3], *peeker, *putter;
	int i;

	queue = green_queue_new(sizeof(void *), 1);
	for (i = 0; i < 3; i++)
		getters[i] = must_spawn(get_one, NULL);
	peeker = must_spawn(peek_one, NULL);
	green_sleep(0.001);
	assert_failed(green_queue_free(queue), EBUSY);
	ck_assert_int_eq(green_queue_close(queue), 0);
	for (i = 0; i < 3; i++)
		ck_assert_int_eq((intptr_t)must_join(getters[i]), EPIPE);
	ck_assert_int_eq((intptr_t)must_join(peeker), EPIPE);
	end_queue();

	queue = green_queue_new(sizeof(void *), 1);
	put_one((void *)1);
	putter = must_spawn(put_one, (void *)2);
	green_sleep(0.001);
	ck_assert(!green_queue_is_closed(queue));
	green_queue_close(queue);
	ck_assert_int_eq(green_queue_close(queue), 0);
	ck_assert(green_queue_is_closed(queue));
	ck_assert_int_eq((intptr_t)must_join(putter), EPIPE);
	ck_assert_int_eq((intptr_t)get_one(NULL), 1);
	ck_assert_int_eq((intptr_t)get_one(NULL), EPIPE);
	ck_assert_int_eq((intptr_t)put_one((void *)3), EPIPE);
	end_queue();
}

START_TEST(peekers_see_what_a_getter_takes)
{
	green_t *peeker, *getter;

	queue = green_queue_new(sizeof(void *), 0);
	peeker = must_spawn(peek_one, NULL);
	getter = must_spawn(get_one, NULL);
	green_sleep(0.001);
	put_one((void *)9);
	ck_assert_int_eq((intptr_t)must_join(peeker), 9);
	ck_assert_int_eq((intptr_t)must_join(getter), 9);
	ck_assert_uint_eq(green_queue_count(queue), 0);
	end_queue();
}

/* Who is killed at the moment when something comes for him may still get it; nothing is lost. */
START_TEST(killed_while_waiting)
{
	green_t *getter, *other;
	intptr_t answer;

	queue = green_queue_new(sizeof(void *), 0);
	getter = must_spawn(get_one, NULL);
	other = must_spawn(get_one, NULL);
	green_sleep(0.001);
	green_kill(getter);
	put_one((void *)9);
	answer = (intptr_t)must_join(getter);
	if (answer == 9)
		green_kill(other);
	else
		ck_assert_int_eq(answer, ECANCELED);
	ck_assert_int_eq(answer + (intptr_t)must_join(other), 9 + ECANCELED);
	end_queue();
}

START_TEST(refused)
{
	int value = 0;

	ck_assert_ptr_null(green_queue_new(0, 1));
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_ptr_null(green_queue_new((size_t)-1, 1));
	ck_assert_ptr_null(green_queue_new_priority(4, 1, NULL));
	queue = green_queue_new(SIZE_MAX / 8, 0);
	assert_failed(green_queue_put(queue, &value, 0), ENOMEM);
	assert_failed(green_queue_put(queue, NULL, 0), EINVAL);
	assert_failed(green_queue_get(queue, NULL, 0), EINVAL);
	assert_failed(green_queue_get(queue, &value, NAN), EINVAL);
	end_queue();
	assert_failed(green_queue_put(NULL, &value, 0), EINVAL);
	assert_failed(green_queue_get(NULL, &value, 0), EINVAL);
	assert_failed(green_queue_peek(NULL, &value, 0), EINVAL);
	assert_failed(green_queue_close(NULL), EINVAL);
	assert_failed(green_queue_task_done(NULL), EINVAL);
	assert_failed(green_queue_join(NULL, 0), EINVAL);
	ck_assert_int_eq(green_queue_free(NULL), 0);
	ck_assert_uint_eq(green_queue_count(NULL), 0);
	ck_assert(green_queue_is_closed(NULL));
}

int main(void)
{
	const TTest *const tests[] = {first_in_first_out, last_in_first_out, least_first, any_size,
	    producer_and_consumer, channel_holds_nothing, waits_while_full, closing_wakes_all,
	    peekers_see_what_a_getter_takes, killed_while_waiting, refused};

	return run_suite("queues", tests, sizeof(tests) / sizeof(tests[0]));
}
