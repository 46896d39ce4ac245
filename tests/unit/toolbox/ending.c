/* Delayed starts, states, what is called at the end. */
#include "tests/unit/suite.h"
#include <math.h>
#include <stdint.h>
#include <string.h>

static double begun;

static void *note_time(void *late)
{
	*(double *)late = now() - begun;
	return late;
}

START_TEST(begins_later)
{
	double late = -1;
	green_t *g;

	begun = now();
	g = green_spawn_later(0.01, note_time, &late);
	ck_assert_ptr_nonnull(g);
	ck_assert_uint_eq(green_count(), 2);
	green_yield();
	ck_assert(!green_started(g) && !green_ready(g));
	must_join(g);
	ck_assert(late >= 0.01 && late < 5);
}

START_TEST(begins_at_once)
{
	ck_assert_str_eq(must_join(green_spawn_later(0, do_nothing, "a")), "a");
	ck_assert_str_eq(must_join(green_spawn_later(-1, do_nothing, "b")), "b");
	errno = 0;
	ck_assert_ptr_null(green_spawn_later(NAN, do_nothing, NULL));
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_ptr_null(green_spawn_later(1, NULL, NULL));
}

START_TEST(killed_before_it_begins)
{
	double late = -1;
	green_t *g = green_spawn_later(100, note_time, &late);

	ck_assert_int_eq(green_kill(g), 0);
	ck_assert_int_eq(green_kill_wait(g, -1), 0);
	ck_assert(green_ready(g) && !green_successful(g));
	ck_assert_int_eq(green_error(g), ECANCELED);
	ck_assert_ptr_null(must_join(g));
	ck_assert(late == -1);
}

static void *fail_with(void *error)
{
	return green_fail((int)(intptr_t)error);
}

START_TEST(states)
{
	green_t *good = must_spawn(do_nothing, "value"), *bad = must_spawn(fail_with, (void *)(intptr_t)EIO);

	ck_assert(!green_started(good) && !green_ready(good) && !green_successful(good));
	ck_assert_ptr_null(green_value(good));
	green_sleep(0.001);
	ck_assert(green_started(good) && green_ready(good) && green_successful(good));
	ck_assert_str_eq(green_value(good), "value");
	ck_assert_int_eq(green_error(good), 0);
	ck_assert(green_ready(bad) && !green_successful(bad));
	ck_assert_int_eq(green_error(bad), EIO);
	must_join(good);
	must_join(bad);
	ck_assert(!green_started(NULL) && !green_ready(NULL) && !green_successful(NULL));
	ck_assert(!green_value(NULL) && !green_error(NULL));
	ck_assert_ptr_null(green_fail(EIO));
}

static char order[10];

static void note(green_t *g, void *letter)
{
	ck_assert(green_ready(g));
	strncat(order, letter, sizeof(order) - strlen(order) - 1);
}

static void note_slowly(green_t *g, void *letter)
{
	ck_assert_int_eq(green_sleep(0.002), 0);
	note(g, letter);
}

START_TEST(links_in_order)
{
	green_t *g = must_spawn(do_nothing, "x");

	ck_assert_int_eq(green_link(g, note, "a"), 0);
	ck_assert_int_eq(green_link_error(g, note, "!"), 0);
	ck_assert_int_eq(green_link_value(g, note_slowly, "b"), 0);
	ck_assert_int_eq(green_link(g, note, "c"), 0);
	ck_assert_str_eq(must_join(g), "x");
	ck_assert_str_eq(order, "abc");
}

START_TEST(links_at_failure)
{
	green_t *g = must_spawn(fail_with, (void *)(intptr_t)EIO);

	green_link_value(g, note, "!");
	green_link_error(g, note, "a");
	must_join(g);
	ck_assert_str_eq(order, "a");
}

START_TEST(links_after_the_end)
{
	green_t *g = must_spawn(do_nothing, NULL);

	green_sleep(0.001);
	ck_assert_int_eq(green_link(g, note, "a"), 0);
	ck_assert_int_eq(green_link_error(g, note, "!"), 0);
	ck_assert_str_eq(order, "a");
	must_join(g);
}

START_TEST(unlinked)
{
	green_t *g = must_spawn(do_nothing, NULL);

	green_link(g, note, "!");
	green_link(g, note, "a");
	assert_failed(green_unlink(g, note_slowly, "!"), ENOENT);
	ck_assert_int_eq(green_unlink(g, note, "!"), 0);
	assert_failed(green_unlink(g, note, "!"), ENOENT);
	must_join(g);
	ck_assert_str_eq(order, "a");
}

START_TEST(links_refused)
{
	green_t *g = must_spawn(do_nothing, NULL);

	assert_failed(green_link(NULL, note, ""), EINVAL);
	assert_failed(green_link(g, NULL, ""), EINVAL);
	assert_failed(green_link(green_self(), note, ""), EINVAL);
	assert_failed(green_unlink(NULL, note, ""), EINVAL);
	must_join(g);
}

START_TEST(detached_with_link)
{
	green_t *g = must_spawn(do_nothing, NULL);

	green_link(g, note_slowly, "a");
	green_detach(g);
	while (green_count() > 1)
		green_sleep(0.001);
	ck_assert_str_eq(order, "a");
}

static void *work_in_turns(void *count)
{
	int i;

	for (i = 0; i < 10; i++) {
		green_yield();
		++*(int *)count;
	}
	return NULL;
}

static void *be_idle(void *count)
{
	ck_assert_int_eq(green_idle(), 0);
	ck_assert_int_eq(*(int *)count, 10);
	return NULL;
}

START_TEST(idle_until_the_others_wait)
{
	int count = 0;
	green_t *worker = must_spawn(work_in_turns, &count);
	green_t *idler = must_spawn(be_idle, &count), *other = must_spawn(be_idle, &count);

	ck_assert_int_eq(green_idle(), 0);
	ck_assert_int_eq(count, 10);
	must_join(worker);
	must_join(idler);
	must_join(other);
}

START_TEST(idle_without_greenlets)
{
	ck_assert_int_eq(green_idle(), 0);
}

int main(void)
{
	const TTest *const tests[] = {begins_later, begins_at_once, killed_before_it_begins, states, links_in_order,
	    links_at_failure, links_after_the_end, unlinked, links_refused, detached_with_link,
	    idle_until_the_others_wait, idle_without_greenlets};

	return run_suite("ending", tests, sizeof(tests) / sizeof(tests[0]));
}
