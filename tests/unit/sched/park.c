/* Parking: who runs when, and how long a wait lasts. */
#include "runtime/sched/park.h"
#include "runtime/sched/hub.h"
#include "runtime/sys/clock.h"
#include "tests/unit/suite.h"
#include <poll.h>
#include <stdint.h>
#include <string.h>

static bool stop;

static void *yield_until_stopped(void *turns)
{
	while (!stop) {
		++*(long *)turns;
		green_yield();
	}
	return NULL;
}

START_TEST(turns_are_fair)
{
	long turns[10] = {0};
	green_t *g[10];
	int i;

	for (i = 0; i < 10; i++)
		g[i] = must_spawn(yield_until_stopped, &turns[i]);
	for (i = 0; i < 10000; i++)
		green_yield();
	stop = true;
	for (i = 0; i < 10; i++)
		must_join(g[i]);
	for (i = 0; i < 10; i++) {
		ck_assert_int_ge(turns[i], is_shuffled() ? 1000 : 9999);
		ck_assert_int_le(turns[i], is_shuffled() ? 100000 : 10001);
	}
}

static void *wait_for_byte(void *fd)
{
	char byte;

	ck_assert_int_gt(green_wait_fd(*(int *)fd, POLLIN, 10), 0);
	ck_assert_int_eq(read(*(int *)fd, &byte, 1), 1);
	stop = true;
	return NULL;
}

START_TEST(yielders_starve_neither_io_nor_timers)
{
	long turns[3] = {0};
	green_t *g[3];
	int ends[2], i;

	ck_assert_int_eq(pipe(ends), 0);
	must_spawn(wait_for_byte, &ends[0]);
	for (i = 0; i < 3; i++)
		g[i] = must_spawn(yield_until_stopped, &turns[i]);
	ck_assert_int_eq(green_sleep(0.01), 0);
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	for (i = 0; i < 3; i++)
		must_join(g[i]);
}

static int sleep_natively(double seconds)
{
	struct timespec t = {.tv_nsec = (long)(seconds * 1e9)};

	return clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
}

/* The best of several tries, as the machine may be busy with something else. */
static double shortest_sleep(double seconds, int (*sleep_for)(double seconds))
{
	double best = 1, since, slept;
	int i;

	for (i = 0; i < 200; i++) {
		since = now();
		ck_assert_int_eq(sleep_for(seconds), 0);
		slept = now() - since;
		ck_assert_double_ge(slept, seconds);
		if (slept < best)
			best = slept;
	}
	return best;
}

/* Some machines are late with any sleep; ours may be thrice as late, and a little. */
static void assert_short_sleep(double seconds)
{
	double natively_late = shortest_sleep(seconds, sleep_natively) - seconds;

	ck_assert_double_lt(shortest_sleep(seconds, green_sleep) - seconds, 3 * natively_late + 450e-6);
}

START_TEST(sleeps_below_a_millisecond)
{
	become_host();
	assert_short_sleep(50e-6);
	assert_short_sleep(300e-6);
}

enum { SLEEPERS = 10000 };

static int woken[SLEEPERS], woken_count;
static nanos waking[SLEEPERS];
static bool late[SLEEPERS]; /* the machine is so busy that it should have woken before it went to sleep */

static void *sleep_until(void *number)
{
	intptr_t i = (intptr_t)number;
	struct wait_options until = {.deadline = waking[i], .on_signal = SIGNAL_PASSES};
	int error;

	late[i] = clock_now() >= waking[0];
	do
		error = park(&until);
	while (!error);
	ck_assert_int_eq(error, ETIMEDOUT);
	ck_assert(clock_now() >= waking[i]);
	if (!late[i])
		woken[woken_count++] = (int)i;
	return NULL;
}

START_TEST(ten_thousand_sleepers_wake_in_order)
{
	nanos start = clock_now() + 500 * NANOS_PER_MSEC;
	int i, in_time = SLEEPERS;

	for (i = 0; i < SLEEPERS; i++) {
		waking[i] = start + (i ? (nanos)(random() % 1000) * 100 * NANOS_PER_USEC : 0);
		green_detach(must_spawn(sleep_until, (void *)(intptr_t)i));
	}
	ck_assert_uint_eq(green_count(), SLEEPERS + 1);
	while (green_count() > 1)
		ck_assert_int_eq(green_sleep(0.001), 0);
	for (i = 0; i < SLEEPERS; i++)
		in_time -= late[i];
	ck_assert_int_eq(woken_count, in_time);
	if (is_shuffled())
		return;
	for (i = 1; i < SLEEPERS; i++)
		ck_assert_uint_le(waking[woken[i - 1]], waking[woken[i]]);
}

START_TEST(deadlines)
{
	struct wait_options past = {.deadline = 0}, soon = {.deadline = clock_now() + 5 * NANOS_PER_MSEC};
	int error;

	become_host();
	do
		error = park(&past);
	while (!error);
	ck_assert_int_eq(error, ETIMEDOUT);
	errno = 7;
	do
		error = park(&soon);
	while (!error);
	ck_assert_int_eq(error, ETIMEDOUT);
	ck_assert(clock_now() >= soon.deadline);
	ck_assert_int_eq(errno, 7);
}

int main(void)
{
	const TTest *const tests[] = {turns_are_fair, yielders_starve_neither_io_nor_timers, sleeps_below_a_millisecond,
	    ten_thousand_sleepers_wake_in_order, deadlines};

	return run_suite("park", tests, sizeof(tests) / sizeof(tests[0]));
}
