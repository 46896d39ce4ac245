/* Spawning: what a greenlet is born with, and what refuses to be one. */
#include "tests/unit/suite.h"
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

START_TEST(without_greenlets_all_is_native)
{
	double since = now();

	ck_assert_ptr_null(green_self());
	ck_assert_uint_eq(green_count(), 0);
	ck_assert_str_eq(green_name(NULL), "");
	green_yield();
	ck_assert_int_eq(green_sleep(0.01), 0);
	ck_assert_double_ge(now() - since, 0.01);
	ck_assert_ptr_null(green_self());
}

static void *set_flag(void *flag)
{
	*(int *)flag = 1;
	return flag;
}

START_TEST(starts_when_the_caller_parks_or_yields)
{
	int flag = 0;
	green_t *g = must_spawn(set_flag, &flag);

	ck_assert_int_eq(flag, 0);
	green_yield();
	if (!is_shuffled())
		ck_assert_int_eq(flag, 1);
	ck_assert_ptr_eq(must_join(g), &flag);
	ck_assert_int_eq(flag, 1);
}

static void *who_am_i(void *unused)
{
	(void)unused;
	return green_self();
}

START_TEST(self_is_the_handle)
{
	green_t *a = must_spawn(who_am_i, NULL), *b = must_spawn(who_am_i, NULL), *me = green_self();

	ck_assert_ptr_nonnull(me);
	ck_assert_ptr_ne(a, b);
	ck_assert_ptr_ne(a, me);
	ck_assert_ptr_eq(must_join(a), a);
	ck_assert_ptr_eq(must_join(b), b);
	ck_assert_ptr_eq(green_self(), me);
}

START_TEST(names_are_copied_and_cut)
{
	char name[] = "a name of twenty-four";
	struct green_options options = {.name = name};
	green_t *named = green_spawn_with(&options, do_nothing, NULL), *nameless = must_spawn(do_nothing, NULL);

	name[0] = 'x';
	ck_assert_str_eq(green_name(named), "a name of twent");
	ck_assert_str_eq(green_name(nameless), "");
	ck_assert_str_eq(green_name(green_self()), "");
	must_join(named);
	must_join(nameless);
	nameless = must_spawn(do_nothing, NULL);
	ck_assert_str_eq(green_name(nameless), "");
}

START_TEST(count_follows)
{
	green_t *g[10];
	int i;

	for (i = 0; i < 10; i++) {
		g[i] = must_spawn(do_nothing, NULL);
		ck_assert_uint_eq(green_count(), 2 + (size_t)i);
	}
	for (i = 0; i < 10; i++)
		must_join(g[i]);
	ck_assert_uint_eq(green_count(), 1);
}

static void *add_one(void *sum)
{
	green_yield();
	++*(int *)sum;
	return NULL;
}

START_TEST(ten_thousand_at_once)
{
	int sum = 0, i;

	for (i = 0; i < 10000; i++)
		green_detach(must_spawn(add_one, &sum));
	while (green_count() > 1)
		green_yield();
	ck_assert_int_eq(sum, 10000);
}

/* Each spawns the next, and waits for it. */
static void *count_down(void *left)
{
	intptr_t n = (intptr_t)left;

	return n ? (char *)must_join(must_spawn(count_down, (void *)(n - 1))) + 1 : NULL;
}

START_TEST(greenlets_spawn_greenlets)
{
	ck_assert_int_eq((intptr_t)must_join(must_spawn(count_down, (void *)500)), 500);
}

static char order[20];
static size_t order_length;

static void *note_letter(void *letter)
{
	order[order_length++] = *(char *)letter;
	green_yield();
	order[order_length++] = *(char *)letter;
	return NULL;
}

START_TEST(turns_are_taken_in_order)
{
	char letters[] = "abcd";
	int i;

	if (is_shuffled())
		return;
	for (i = 0; i < 4; i++)
		green_detach(must_spawn(note_letter, &letters[i]));
	while (green_count() > 1)
		green_yield();
	ck_assert_str_eq(order, "abcdabcd");
}

START_TEST(refuses_nonsense)
{
	struct green_options absurd = {.stack_size = SIZE_MAX}, beyond = {.stack_size = 1ul << 60};

	ck_assert_ptr_null(green_spawn(NULL, NULL));
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_ptr_null(green_spawn_with(&absurd, do_nothing, NULL));
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_ptr_null(green_spawn_with(&beyond, do_nothing, NULL));
	ck_assert_int_eq(errno, EINVAL);
	assert_failed(green_detach(NULL), EINVAL);
	assert_failed(green_join(NULL, 0, NULL), EINVAL);
	assert_failed(green_kill(NULL), EINVAL);
	must_join(must_spawn(do_nothing, NULL));
}

/* Uses this many bytes of stack, all of them. */
static __attribute__((noinline)) void *use_stack(void *bytes)
{
	volatile char *room = __builtin_alloca((size_t)(uintptr_t)bytes);
	size_t i;

	for (i = 0; i < (size_t)(uintptr_t)bytes; i += 1024)
		room[i] = 1;
	return (void *)(uintptr_t)room[0];
}

START_TEST(stacks_are_as_large_as_asked)
{
	static const size_t sizes[] = {1, 4096, 16384, 100000, 1 << 20, 100 << 20};
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct green_options options = {.stack_size = sizes[i]};
		size_t used = sizes[i] > 8192 ? sizes[i] - 4096 : 1024;
		green_t *g = green_spawn_with(&options, use_stack, (void *)used);

		ck_assert_ptr_nonnull(g);
		ck_assert_ptr_eq(must_join(g), (void *)1);
	}
}

static void limit_memory(size_t bytes)
{
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &(struct rlimit){bytes, bytes}), 0);
}

START_TEST(no_memory_is_enomem_and_no_more)
{
	struct green_options options = {.stack_size = 64 << 20};
	int made = 0, ran = 0;

	become_host();
	limit_memory(1ul << 30);
	while (made < 1000 && green_spawn_with(&options, add_one, &ran))
		made++;
	ck_assert_int_eq(errno, ENOMEM);
	ck_assert_int_gt(made, 1);
	ck_assert_int_lt(made, 20);
	while (green_count() > 1)
		green_yield();
	ck_assert_int_eq(ran, made);
}

START_TEST(sleep_knows_its_bounds)
{
	double since = now();

	become_host();
	assert_failed(green_sleep(__builtin_nan("")), EINVAL);
	ck_assert_int_eq(green_sleep(0), 0);
	ck_assert_int_eq(green_sleep(-1), 0);
	ck_assert_int_eq(green_sleep(0.02), 0);
	ck_assert_double_ge(now() - since, 0.02);
}

START_TEST(detached_are_released_when_they_end)
{
	green_t *first = must_spawn(do_nothing, NULL), *second;

	ck_assert_int_eq(green_detach(first), 0);
	while (green_count() > 1)
		green_yield();
	second = must_spawn(do_nothing, NULL);
	ck_assert_ptr_eq(second, first);
	while (green_count() > 1)
		green_yield();
	ck_assert_int_eq(green_detach(second), 0);
	ck_assert_ptr_eq(must_spawn(do_nothing, NULL), second);
}

START_TEST(detach_happens_once)
{
	green_t *g = must_spawn(do_nothing, NULL);

	ck_assert_int_eq(green_detach(g), 0);
	assert_failed(green_detach(g), EINVAL);
	assert_failed(green_join(g, 0, NULL), EINVAL);
	assert_failed(green_detach(green_self()), EINVAL);
}

static void *yield_for_ever(void *unused)
{
	for (;;)
		green_yield();
	return unused;
}

static void exit_beside_others(void *unused)
{
	(void)unused;
	green_spawn(yield_for_ever, NULL);
	green_yield();
	exit(7);
}

START_TEST(the_process_ends_with_its_main_function)
{
	int status = status_of_child(exit_beside_others, NULL);

	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 7);
}

int main(void)
{
	const TTest *const tests[] = {without_greenlets_all_is_native, starts_when_the_caller_parks_or_yields,
	    self_is_the_handle, names_are_copied_and_cut, count_follows, ten_thousand_at_once,
	    greenlets_spawn_greenlets, turns_are_taken_in_order, refuses_nonsense, stacks_are_as_large_as_asked,
	    no_memory_is_enomem_and_no_more, sleep_knows_its_bounds, detached_are_released_when_they_end,
	    detach_happens_once, the_process_ends_with_its_main_function};

	return run_suite("greenlet", tests, sizeof(tests) / sizeof(tests[0]));
}
