/* Queues: waiting until all is done; between greenlets and OS threads. */
#include "tests/unit/suite.h"
#include <pthread.h>
#include <stdint.h>

static green_queue_t *queue;

static void end_queue(void)
{
	ck_assert_int_eq(green_queue_free(queue), 0);
}

static void *produce(void *count)
{
	intptr_t i;

	for (i = 0; i < (intptr_t)count; i++)
		ck_assert_int_eq(green_queue_put(queue, &i, -1), 0);
	return NULL;
}

static void *work(void *unused)
{
	void *value;

	while (green_queue_get(queue, &value, -1) == 0) {
		green_sleep(0.001);
		ck_assert_int_eq(green_queue_task_done(queue), 0);
	}
	return unused;
}

START_TEST(joined_when_all_is_done)
{
	green_t *workers[3];
	intptr_t i;

	queue = green_queue_new(sizeof(void *), 2);
	ck_assert_int_eq(green_queue_join(queue, 0), 0);
	for (i = 0; i < 3; i++)
		workers[i] = must_spawn(work, NULL);
	produce((void *)10);
	assert_failed(green_queue_join(queue, 0), ETIMEDOUT);
	ck_assert_int_eq(green_queue_join(queue, -1), 0);
	ck_assert_uint_eq(green_queue_count(queue), 0);
	assert_failed(green_queue_task_done(queue), EINVAL);
	green_queue_close(queue);
	for (i = 0; i < 3; i++)
		must_join(workers[i]);
	end_queue();
}

enum { EACH = 5000, THREADS = 2, GREENLETS = 3 };
static long sum;

static void *add_up(void *count)
{
	intptr_t i, value;

	for (i = 0; i < (intptr_t)count; i++) {
		ck_assert_int_eq(green_queue_get(queue, &value, -1), 0);
		__atomic_add_fetch(&sum, value, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

/* Producers and consumers of both kinds; what was put is got, once. */
static void mix(green_queue_t *by)
{
	pthread_t threads[2 * THREADS];
	green_t *greenlets[2 * GREENLETS];
	int i;

	queue = by;
	sum = 0;
	for (i = 0; i < THREADS; i++) {
		pthread_create(&threads[i], NULL, produce, (void *)EACH);
		pthread_create(&threads[THREADS + i], NULL, add_up, (void *)EACH);
	}
	for (i = 0; i < GREENLETS; i++) {
		greenlets[i] = must_spawn(produce, (void *)EACH);
		greenlets[GREENLETS + i] = must_spawn(add_up, (void *)EACH);
	}
	for (i = 0; i < 2 * GREENLETS; i++)
		must_join(greenlets[i]);
	for (i = 0; i < 2 * THREADS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_int_eq(sum, (THREADS + GREENLETS) * (EACH / 2l) * (EACH - 1l));
	end_queue();
}

START_TEST(with_os_threads)
{
	mix(green_queue_new(sizeof(void *), 10));
	mix(green_queue_new_lifo(sizeof(void *), 0));
	mix(green_channel_new(sizeof(void *)));
}

int main(void)
{
	const TTest *const tests[] = {joined_when_all_is_done, with_os_threads};

	return run_suite("queues_threads", tests, sizeof(tests) / sizeof(tests[0]));
}
