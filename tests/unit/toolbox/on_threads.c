/* Work on helper threads. */
#include "tests/unit/suite.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <unistd.h>

static void *fail_with(void *error)
{
	return green_fail((int)(intptr_t)error);
}

static pthread_t where;

/* Until the count is 2 or more, or in vain. */
static void *work(void *count)
{
	int tries;

	where = pthread_self();
	for (tries = 0; atomic_load((_Atomic int *)count) < 2 && tries < 5000; tries++)
		usleep(1000);
	return count;
}

static void *count_meanwhile(void *count)
{
	_Atomic int *counter = count;

	while (*counter >= 0) {
		++*counter;
		green_sleep(0.001);
	}
	return NULL;
}

START_TEST(on_a_thread)
{
	_Atomic int count = 0;
	green_t *other = must_spawn(count_meanwhile, &count);
	void *value;

	ck_assert_int_eq(green_call_on_thread(work, &count, &value), 0);
	ck_assert_ptr_eq(value, &count);
	ck_assert(!pthread_equal(where, pthread_self()));
	ck_assert_int_gt(count, 1);
	count = -1000000;
	must_join(other);
	assert_failed(green_call_on_thread(fail_with, (void *)(intptr_t)EIO, &value), EIO);
	assert_failed(green_call_on_thread(NULL, NULL, NULL), EINVAL);
}

static _Atomic int at_work, most_at_work;
static _Atomic bool may_end;

static void *work_beside(void *unused)
{
	int beside = ++at_work, tries;

	if (beside > most_at_work)
		most_at_work = beside;
	for (tries = 0; (!may_end || most_at_work < 2) && tries < 5000; tries++)
		usleep(1000);
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
	may_end = true;
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
	_Atomic int count = 2;
	void *value;

	ck_assert_int_eq(green_threads_call(threads, work, &count, &value), 0);
	ck_assert(pthread_equal(where, pthread_self()));
	assert_failed(green_threads_call(threads, fail_with, (void *)(intptr_t)EIO, &value), EIO);
	green_threads_free(threads);
}

enum { SAID = 3 };

/* Stays until there are as many as there should be, and then long enough for one more to come. */
static void *work_until_all_are_there(void *unused)
{
	int beside = ++at_work, i;

	if (beside > most_at_work)
		most_at_work = beside;
	for (i = 0; i < 5000 && most_at_work < SAID; i++)
		usleep(1000);
	usleep(3000);
	at_work--;
	return unused;
}

START_TEST(as_many_as_the_environment_says)
{
	green_result_t *pending[3 * SAID];
	green_threads_t *threads;
	int i;

	setenv("GREENLOAD_THREADS", "3", 1);
	threads = green_threads_new(0);
	for (i = 0; i < 3 * SAID; i++)
		pending[i] = green_threads_apply_async(threads, work_until_all_are_there, NULL);
	for (i = 0; i < 3 * SAID; i++) {
		ck_assert_int_eq(green_result_get(pending[i], -1, NULL), 0);
		green_result_free(pending[i]);
	}
	ck_assert_int_eq(most_at_work, SAID);
	ck_assert_int_eq(green_threads_free(threads), 0);
}

int main(void)
{
	const TTest *const tests[] = {
	    on_a_thread, two_threads, as_many_as_the_environment_says, threads_without_greenlets};

	return run_suite("on_threads", tests, sizeof(tests) / sizeof(tests[0]));
}
