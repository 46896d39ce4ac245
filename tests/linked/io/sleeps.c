/* A thousand greenlets sleep at the same time, each by the call it likes. */
#include "tests/linked/expect.h"
#include <poll.h>
#include <sched.h>
#include <sys/select.h>
#include <threads.h>

enum { SLEEPERS = 1000 };

static void by_usleep(long us)
{
	expect_equal("usleep", usleep((useconds_t)us), 0);
}

static void by_nanosleep(long us)
{
	expect_equal("nanosleep", nanosleep(&(struct timespec){0, us * 1000}, NULL), 0);
}

static void by_thrd_sleep(long us)
{
	expect_equal("thrd_sleep", thrd_sleep(&(struct timespec){0, us * 1000}, NULL), 0);
}

static void by_clock(long us)
{
	expect_equal("clock_nanosleep", clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){0, us * 1000}, NULL), 0);
}

static void by_realtime(long us)
{
	struct timespec at;

	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_nsec += us * 1000;
	at.tv_sec += at.tv_nsec / 1000000000;
	at.tv_nsec %= 1000000000;
	expect_equal("clock_nanosleep", clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &at, NULL), 0);
}

static void by_poll(long us)
{
	expect_equal("poll", poll(NULL, 0, (int)(us / 1000)), 0);
}

static void by_select(long us)
{
	expect_equal("select", select(0, NULL, NULL, NULL, &(struct timeval){0, us}), 0);
}

static void by_green_sleep(long us)
{
	expect_equal("green_sleep", green_sleep((double)us / 1e6), 0);
}

static void (*const ways[])(long us) = {
    by_usleep, by_nanosleep, by_thrd_sleep, by_clock, by_realtime, by_poll, by_select, by_green_sleep};

static void *sleep_by(void *number)
{
	size_t i = (size_t)number;
	long us = 30000 + (long)(i % 50) * 1000;
	double since = now();

	errno = 7;
	ways[i % (sizeof(ways) / sizeof(ways[0]))](us);
	expect("slept long enough", now() - since >= (double)us / 1e6 - 0.00001);
	expect_equal("errno after a sleep", errno, 7);
	return NULL;
}

static void *sleep_a_second(void *unused)
{
	double since = now();

	expect_equal("sleep", sleep(1), 0);
	expect("a second", now() - since >= 1);
	return unused;
}

int main(void)
{
	green_t *g[SLEEPERS], *slow = must_spawn(sleep_a_second, NULL);
	double since = now();
	size_t i;

	for (i = 0; i < SLEEPERS; i++)
		g[i] = must_spawn(sleep_by, (void *)i);
	for (i = 0; i < SLEEPERS; i++)
		must_join(g[i]);
	must_join(slow);
	expect("all slept at the same time", now() - since < 10);
	return verdict();
}
