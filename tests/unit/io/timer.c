/* Timers: a heap of deadlines, compared with a plain list. */
#include "runtime/sched/timer.h"
#include "tests/unit/suite.h"

enum { MANY = 5000 };

static struct timer timers_of_test[MANY];
static struct timer *fired[MANY];
static size_t fired_count;

static void note(struct timer *timer)
{
	fired[fired_count++] = timer;
}

static nanos random_deadline(void)
{
	return (nanos)(random() % 1000) * 1000;
}

static void start_random(struct timers *timers, struct timer *timer)
{
	timer->fire = note;
	timer_start(timers, timer, random_deadline());
}

static nanos earliest(void)
{
	nanos first = FOR_EVER;
	int i;

	for (i = 0; i < MANY; i++) {
		if (timers_of_test[i].place && timers_of_test[i].deadline < first)
			first = timers_of_test[i].deadline;
	}
	return first;
}

static void assert_fired_in_order(size_t count)
{
	size_t i;

	ck_assert_uint_eq(fired_count, count);
	for (i = 1; i < count; i++)
		ck_assert_uint_le(fired[i - 1]->deadline, fired[i]->deadline);
}

START_TEST(none_is_for_ever)
{
	struct timers timers = {0};

	ck_assert_uint_eq(timers_next(&timers), FOR_EVER);
	timers_expire(&timers, FOR_EVER);
	ck_assert_int_eq(timers_reserve(&timers, 1), 0);
	ck_assert_uint_eq(timers_next(&timers), FOR_EVER);
	timers_free(&timers);
}

START_TEST(random_deadlines_fire_in_order)
{
	struct timers timers = {0};
	int i;

	ck_assert_int_eq(timers_reserve(&timers, MANY), 0);
	for (i = 0; i < MANY; i++)
		start_random(&timers, &timers_of_test[i]);
	ck_assert_uint_eq(timers_next(&timers), earliest());
	timers_expire(&timers, FOR_EVER - 1);
	assert_fired_in_order(MANY);
	ck_assert_uint_eq(timers.count, 0);
	for (i = 0; i < MANY; i++)
		ck_assert_uint_eq(timers_of_test[i].place, 0);
	timers_free(&timers);
}

START_TEST(stopped_ones_stay_silent)
{
	struct timers timers = {0};
	size_t running = MANY;
	int i;

	ck_assert_int_eq(timers_reserve(&timers, MANY), 0);
	for (i = 0; i < MANY; i++)
		start_random(&timers, &timers_of_test[i]);
	for (i = 0; i < MANY; i += 3) {
		timer_stop(&timers, &timers_of_test[i]);
		timer_stop(&timers, &timers_of_test[i]);
		running--;
		if (i % 30 == 0)
			ck_assert_uint_eq(timers_next(&timers), earliest());
	}
	timers_expire(&timers, FOR_EVER - 1);
	assert_fired_in_order(running);
	timers_free(&timers);
}

START_TEST(starts_and_stops_at_random)
{
	struct timers timers = {0};
	int step;

	ck_assert_int_eq(timers_reserve(&timers, MANY), 0);
	for (step = 0; step < 50000; step++) {
		struct timer *timer = &timers_of_test[random() % MANY];

		if (timer->place)
			timer_stop(&timers, timer);
		else
			start_random(&timers, timer);
		if (step % 500 == 0)
			ck_assert_uint_eq(timers_next(&timers), earliest());
	}
	step = (int)timers.count;
	timers_expire(&timers, FOR_EVER - 1);
	assert_fired_in_order((size_t)step);
	timers_free(&timers);
}

START_TEST(only_what_is_due_fires)
{
	struct timers timers = {0};
	int i;

	ck_assert_int_eq(timers_reserve(&timers, 10), 0);
	for (i = 0; i < 10; i++) {
		timers_of_test[i].fire = note;
		timer_start(&timers, &timers_of_test[i], (nanos)i * 10);
	}
	timers_expire(&timers, 50);
	assert_fired_in_order(6);
	ck_assert_uint_eq(timers_next(&timers), 60);
	timers_free(&timers);
}

static struct timers again;

static void fire_again(struct timer *timer)
{
	note(timer);
	if (timer->deadline < 100)
		timer_start(&again, timer, timer->deadline + 10);
}

START_TEST(may_be_started_while_it_fires)
{
	struct timer timer = {.fire = fire_again};

	ck_assert_int_eq(timers_reserve(&again, 1), 0);
	timer_start(&again, &timer, 10);
	timers_expire(&again, 55);
	ck_assert_uint_eq(fired_count, 5);
	ck_assert_uint_eq(timers_next(&again), 60);
	timers_free(&again);
}

START_TEST(room_keeps_what_runs)
{
	struct timers timers = {0};
	size_t i;

	for (i = 0; i < MANY; i++) {
		ck_assert_int_eq(timers_reserve(&timers, i + 1), 0);
		ck_assert_uint_ge(timers.room, i + 1);
		start_random(&timers, &timers_of_test[i]);
	}
	ck_assert_int_eq(timers_reserve(&timers, 1), 0);
	ck_assert_uint_eq(timers.count, MANY);
	timers_expire(&timers, FOR_EVER - 1);
	assert_fired_in_order(MANY);
	timers_free(&timers);
}

int main(void)
{
	const TTest *const tests[] = {none_is_for_ever, random_deadlines_fire_in_order, stopped_ones_stay_silent,
	    starts_and_stops_at_random, only_what_is_due_fires, may_be_started_while_it_fires, room_keeps_what_runs};

	return run_suite("timer", tests, sizeof(tests) / sizeof(tests[0]));
}
