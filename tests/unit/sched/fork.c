/* fork: the child has the calling greenlet alone, and everything it needs to go on. */
#include "runtime/offload/offload.h"
#include "runtime/sync/parking_lot.h"
#include "tests/unit/suite.h"
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>

static void *sleep_a_little(void *result)
{
	green_sleep(0.01);
	return result;
}

static void *sleep_for_ever(void *unused)
{
	for (;;)
		green_sleep(1e6);
	return unused;
}

static void add_one(void *number)
{
	++*(int *)number;
}

static void *wait_for_byte(void *fd)
{
	return (void *)(intptr_t)green_wait_fd(*(int *)fd, POLLIN, 5);
}

/* All that a greenlet can do, in a process that was just forked. */
static void live(void *unused)
{
	int ends[2], number = 1;
	green_t *g[100], *reader;
	int i;

	(void)unused;
	ck_assert_uint_eq(green_self() ? green_count() : 1, 1);
	for (i = 0; i < 100; i++)
		g[i] = must_spawn(sleep_a_little, &ends[i % 2]);
	ck_assert_int_eq(pipe(ends), 0);
	reader = must_spawn(wait_for_byte, &ends[0]);
	for (i = 0; i < 100; i++)
		ck_assert_ptr_eq(must_join(g[i]), &ends[i % 2]);
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	ck_assert_int_eq((intptr_t)must_join(reader), POLLIN);
	offload(add_one, &number);
	ck_assert_int_eq(number, 2);
	ck_assert_int_eq(parking_lot_wake((uint32_t *)&number, 1), 0);
	ck_assert_int_eq(green_sleep(0.001), 0);
	ck_assert_uint_eq(green_count(), 1);
}

START_TEST(child_of_main)
{
	int i;

	for (i = 0; i < 10; i++)
		must_spawn(sleep_for_ever, NULL);
	green_sleep(0.001);
	ck_assert_int_eq(status_of_child(live, NULL), 0);
	ck_assert_uint_eq(green_count(), 11);
	ck_assert_int_eq(green_sleep(0.001), 0);
}

static void *fork_and_live(void *unused)
{
	ck_assert_int_eq(status_of_child(live, NULL), 0);
	return unused;
}

START_TEST(child_of_a_greenlet)
{
	green_t *g = must_spawn(fork_and_live, NULL);

	must_spawn(sleep_for_ever, NULL);
	must_join(g);
	must_join(must_spawn(sleep_a_little, NULL));
}

static void fork_again(void *unused)
{
	live(unused);
	ck_assert_int_eq(status_of_child(live, NULL), 0);
	live(unused);
}

START_TEST(grandchild)
{
	must_spawn(sleep_for_ever, NULL);
	green_yield();
	ck_assert_int_eq(status_of_child(fork_again, NULL), 0);
}

static void *fork_and_return(void *child)
{
	*(pid_t *)child = fork();
	return child;
}

/* In the child nobody is left to join it: its process ends. */
START_TEST(last_greenlet_ends_the_child)
{
	green_t *g;
	pid_t child;
	int status;

	g = must_spawn(fork_and_return, &child);
	must_join(g);
	ck_assert_int_gt(child, 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}

static void *fork_then_sleep(void *child)
{
	*(pid_t *)child = fork();
	if (*(pid_t *)child)
		return child;
	if (green_sleep(0.002) != 0)
		_exit(1);
	_exit(7);
}

START_TEST(lone_child_may_sleep)
{
	pid_t child;
	int status;

	must_join(must_spawn(fork_then_sleep, &child));
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(WEXITSTATUS(status), 7);
}

START_TEST(helpers_stay_in_the_parent)
{
	int number = 0, i;

	become_host();
	for (i = 0; i < 5; i++) {
		offload(add_one, &number);
		ck_assert_int_eq(status_of_child(live, NULL), 0);
	}
	ck_assert_int_eq(number, 5);
}

static void *fork_natively(void *unused)
{
	ck_assert_ptr_null(green_self());
	ck_assert_int_eq(status_of_child(live, NULL), 0);
	return unused;
}

START_TEST(child_of_a_thread_without_greenlets)
{
	pthread_t thread;

	must_spawn(sleep_for_ever, NULL);
	green_yield();
	ck_assert_int_eq(pthread_create(&thread, NULL, fork_natively, NULL), 0);
	pthread_join(thread, NULL);
	ck_assert_int_eq(green_sleep(0.001), 0);
}

static _Atomic bool stop;

/* Keeps the locks of the runtime busy; none of check's, which it does not free in a child. */
static void *spawn_all_the_time(void *unused)
{
	int number = 0;
	green_t *g;

	while (!stop) {
		g = green_spawn(do_nothing, NULL);
		if (!g || green_join(g, -1, NULL) != 0)
			abort();
		offload(add_one, &number);
	}
	return unused;
}

START_TEST(fork_while_another_thread_works)
{
	pthread_t thread;
	int i;

	become_host();
	ck_assert_int_eq(pthread_create(&thread, NULL, spawn_all_the_time, NULL), 0);
	for (i = 0; i < 20; i++)
		ck_assert_int_eq(status_of_child(live, NULL), 0);
	stop = true;
	pthread_join(thread, NULL);
}

static void touch_pipe(void *fd)
{
	close(*(int *)fd);
}

/* The child's closing of what a parent's greenlet waits for is none of its business. */
START_TEST(parent_goes_on_waiting)
{
	int ends[2];
	green_t *g;

	ck_assert_int_eq(pipe(ends), 0);
	g = must_spawn(wait_for_byte, &ends[0]);
	green_sleep(0.001);
	ck_assert_int_eq(status_of_child(touch_pipe, &ends[0]), 0);
	ck_assert_int_eq(status_of_child(live, NULL), 0);
	assert_failed(green_join(g, 0.005, NULL), ETIMEDOUT);
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	ck_assert_int_eq((intptr_t)must_join(g), POLLIN);
}

static uint32_t word;

static void *wait_for_change(void *unused)
{
	while (!word)
		parking_lot_wait(&word, 0, NULL);
	return unused;
}

static void wake_nobody(void *unused)
{
	(void)unused;
	ck_assert_int_eq(parking_lot_wake(&word, 1), 0);
	live(NULL);
}

START_TEST(who_waits_by_address_stays_in_the_parent)
{
	green_t *g = must_spawn(wait_for_change, NULL);

	green_sleep(0.001);
	ck_assert_int_eq(status_of_child(wake_nobody, NULL), 0);
	word = 1;
	parking_lot_wake(&word, 1);
	must_join(g);
}

int main(void)
{
	const TTest *const tests[] = {child_of_main, child_of_a_greenlet, grandchild, last_greenlet_ends_the_child,
	    lone_child_may_sleep, helpers_stay_in_the_parent, child_of_a_thread_without_greenlets,
	    fork_while_another_thread_works, parent_goes_on_waiting, who_waits_by_address_stays_in_the_parent};

	return run_suite("fork", tests, sizeof(tests) / sizeof(tests[0]));
}
