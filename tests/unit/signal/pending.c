/* Pending signals: standard ones once, real-time ones each and in order, and whose they are. */
#include "runtime/sched/pending.h"
#include "tests/unit/suite.h"
#include <string.h>

#define ROOM 1024

static struct pending one, other;

static int add(struct pending *pending, int signo, int value)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_signo = signo;
	info.si_code = SI_QUEUE;
	info.si_value.sival_int = value;
	return pending_add(pending, signo, &info);
}

/* The value that came with it; -1: there is none. */
static int take(struct pending *pending, int signo)
{
	siginfo_t info;

	if (!pending_take(pending, signo, &info))
		return -1;
	ck_assert_int_eq(info.si_signo, signo);
	return info.si_value.sival_int;
}

START_TEST(standard_ones_are_pending_once)
{
	ck_assert_int_eq(add(&one, SIGUSR1, 1), 0);
	ck_assert_int_eq(add(&one, SIGUSR1, 2), 0);
	ck_assert_uint_eq(one.signals, signal_bit(SIGUSR1));
	ck_assert_int_eq(take(&one, SIGUSR1), 1);
	ck_assert_int_eq(take(&one, SIGUSR1), -1);
	ck_assert_int_eq(add(&one, SIGUSR1, 3), 0);
	ck_assert_int_eq(take(&one, SIGUSR1), 3);
}

START_TEST(real_time_ones_queue_in_order)
{
	int i;

	for (i = 0; i < 10; i++)
		ck_assert_int_eq(add(&one, SIGRTMIN + i % 2, i), 0);
	for (i = 0; i < 10; i += 2) {
		ck_assert_int_eq(take(&one, SIGRTMIN + 1), i + 1);
		ck_assert_int_eq(take(&one, SIGRTMIN), i);
	}
	ck_assert_int_eq(take(&one, SIGRTMIN), -1);
	ck_assert_uint_eq(one.signals, 0);
}

START_TEST(each_has_its_own)
{
	add(&one, SIGUSR1, 1);
	add(&other, SIGUSR1, 2);
	add(&other, SIGUSR2, 3);
	ck_assert_int_eq(take(&one, SIGUSR2), -1);
	ck_assert_int_eq(take(&other, SIGUSR1), 2);
	pending_move(&other, &one, SIGUSR2);
	ck_assert_int_eq(take(&one, SIGUSR2), 3);
	ck_assert_int_eq(take(&other, SIGUSR2), -1);
	pending_drop(&one);
	ck_assert_int_eq(take(&one, SIGUSR1), -1);
}

/* A standard signal is never lost, be there room for what its sender said or not. */
START_TEST(where_there_is_no_room)
{
	int i;

	for (i = 0; i < ROOM; i++)
		ck_assert_int_eq(add(&other, SIGRTMAX, i), 0);
	ck_assert_int_eq(add(&other, SIGRTMAX, i), EAGAIN);
	ck_assert_int_eq(add(&one, SIGTERM, 5), 0);
	ck_assert_int_eq(take(&one, SIGTERM), 0);
	ck_assert_int_eq(take(&other, SIGRTMAX), 0);
	ck_assert_int_eq(add(&one, SIGTERM, 5), 0);
	ck_assert_int_eq(take(&one, SIGTERM), 5);
	pending_drop(&other);
	for (i = 0; i < ROOM; i++)
		ck_assert_int_eq(add(&one, SIGRTMAX, i), 0);
}

int main(void)
{
	const TTest *const tests[] = {
	    standard_ones_are_pending_once, real_time_ones_queue_in_order, each_has_its_own, where_there_is_no_room};

	return run_suite("pending", tests, sizeof(tests) / sizeof(tests[0]));
}
