/* What one OS thread does once, and the others wait for. */
#include "runtime/sys/once.h"
#include "tests/unit/suite.h"
#include <pthread.h>

enum { THREADS = 8 };

static struct once once;
static _Atomic int owners, failures_left;
static int made; /* by the owner */

START_TEST(the_owner_goes_on_without)
{
	ck_assert(once_begin(&once));
	ck_assert(!once_begin(&once));
	ck_assert(!once_is_done(&once));
	once_end(&once, true);
	ck_assert(once_is_done(&once));
	ck_assert(!once_begin(&once));
}

START_TEST(what_failed_is_tried_again)
{
	ck_assert(once_begin(&once));
	once_end(&once, false);
	ck_assert(!once_is_done(&once));
	ck_assert(once_begin(&once));
}

/* A thread that did not wait would find nothing made. */
static void *make(void *unused)
{
	while (once_begin(&once)) {
		owners++;
		usleep(20000);
		if (failures_left) {
			failures_left--;
			once_end(&once, false);
			continue;
		}
		made++;
		once_end(&once, true);
	}
	ck_assert_int_eq(made, 1);
	return unused;
}

static void make_by_all(int failures)
{
	pthread_t threads[THREADS];
	int i;

	failures_left = failures;
	for (i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, make, NULL), 0);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_int_eq(owners, failures + 1);
}

START_TEST(the_others_wait)
{
	make_by_all(0);
}

START_TEST(another_takes_over_after_a_failure)
{
	make_by_all(3);
}

static void end_in_child(void *is_done)
{
	once_abandon(&once, is_done);
	if (once_begin(&once) == (is_done != NULL))
		_exit(1);
}

static void *fork_meanwhile(void *unused)
{
	ck_assert_int_eq(status_of_child(end_in_child, NULL), 0);
	ck_assert_int_eq(status_of_child(end_in_child, &once), 0);
	return unused;
}

START_TEST(a_child_has_no_owner)
{
	pthread_t thread;

	ck_assert(once_begin(&once));
	ck_assert_int_eq(pthread_create(&thread, NULL, fork_meanwhile, NULL), 0);
	pthread_join(thread, NULL);
	once_end(&once, true);
}

START_TEST(what_is_done_stays_done_in_a_child)
{
	ck_assert(once_begin(&once));
	once_end(&once, true);
	once_abandon(&once, false);
	ck_assert(once_is_done(&once));
}

int main(void)
{
	const TTest *const tests[] = {the_owner_goes_on_without, what_failed_is_tried_again, the_others_wait,
	    another_takes_over_after_a_failure, a_child_has_no_owner, what_is_done_stays_done_in_a_child};

	return run_suite("once", tests, sizeof(tests) / sizeof(tests[0]));
}
