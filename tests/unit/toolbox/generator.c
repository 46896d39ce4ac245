/* Generators. */
#include "tests/unit/suite.h"
#include <pthread.h>
#include <stdint.h>
#include <string.h>

static void *count(green_gen_t *gen, void *limit)
{
	intptr_t i;

	for (i = 0; i < (intptr_t)limit; i++) {
		if (green_gen_yield(gen, (void *)i, NULL) < 0)
			return NULL;
	}
	return "the end";
}

START_TEST(counts)
{
	green_gen_t *gen = green_gen_new(count, (void *)5);
	intptr_t i = 0;
	void *value;

	ck_assert_ptr_nonnull(gen);
	while (green_gen_next(gen, &value) > 0)
		ck_assert_int_eq((intptr_t)value, i++);
	ck_assert_int_eq(i, 5);
	ck_assert_str_eq(value, "the end");
	ck_assert_int_eq(green_gen_next(gen, &value), 0);
	ck_assert_ptr_null(value);
	ck_assert_int_eq(green_gen_next(gen, NULL), 0);
	ck_assert_int_eq(green_gen_close(gen), 0);
	ck_assert_uint_eq(green_count(), 0); /* it takes no greenlets */
}

static void *add_up(green_gen_t *gen, void *unused)
{
	intptr_t sum = 0;
	void *sent;

	while (green_gen_yield(gen, (void *)sum, &sent) == 0)
		sum += (intptr_t)sent;
	return unused;
}

START_TEST(values_both_ways)
{
	green_gen_t *gen = green_gen_new(add_up, NULL);
	intptr_t i, sum = 0;
	void *value;

	ck_assert_int_eq(green_gen_send(gen, (void *)1000, &value), 1); /* there is no yield yet to get it */
	ck_assert_int_eq((intptr_t)value, 0);
	for (i = 1; i < 1000; i++) {
		sum += i;
		ck_assert_int_eq(green_gen_send(gen, (void *)i, &value), 1);
		ck_assert_int_eq((intptr_t)value, sum);
	}
	ck_assert_int_eq(green_gen_close(gen), 0);
}

struct tree {
	struct tree *left, *right;
	intptr_t value;
};

static int walk(green_gen_t *gen, struct tree *tree)
{
	if (!tree)
		return 0;
	if (walk(gen, tree->left) < 0 || green_gen_yield(gen, (void *)tree->value, NULL) < 0)
		return -1;
	return walk(gen, tree->right);
}

static void *walk_all(green_gen_t *gen, void *tree)
{
	walk(gen, tree);
	return NULL;
}

START_TEST(delegates)
{
	struct tree one = {.value = 1}, three = {.value = 3}, two = {&one, &three, 2}, five = {.value = 5},
		    four = {&two, &five, 4};
	green_gen_t *gen = green_gen_new(walk_all, &four);
	intptr_t i;
	void *value;

	for (i = 1; green_gen_next(gen, &value) > 0; i++)
		ck_assert_int_eq((intptr_t)value, i);
	ck_assert_int_eq(i, 6);
	green_gen_close(gen);
}

static char told[16];

static void tell(const char *letter)
{
	strncat(told, letter, sizeof(told) - strlen(told) - 1);
}

static void *clean_up(green_gen_t *gen, void *unused)
{
	tell("a");
	while (green_gen_yield(gen, NULL, NULL) == 0)
		tell("b");
	ck_assert_int_eq(errno, ECANCELED);
	assert_failed(green_gen_yield(gen, NULL, NULL), ECANCELED);
	tell("c");
	return unused;
}

START_TEST(closing_cleans_up)
{
	green_gen_t *gen = green_gen_new(clean_up, NULL);

	green_gen_next(gen, NULL);
	green_gen_next(gen, NULL);
	errno = 1234;
	ck_assert_int_eq(green_gen_close(gen), 0);
	ck_assert_int_eq(errno, 1234);
	ck_assert_str_eq(told, "abc");
	ck_assert_int_eq(green_gen_close(green_gen_new(clean_up, NULL)), 0);
	ck_assert_str_eq(told, "abc");
	ck_assert_int_eq(green_gen_close(NULL), 0);
}

static void *ask_oneself(green_gen_t *gen, void *unused)
{
	assert_failed(green_gen_next(gen, NULL), EBUSY);
	assert_failed(green_gen_close(gen), EBUSY);
	return unused;
}

static void *ask_anothers(void *gen)
{
	assert_failed(green_gen_next(gen, NULL), EPERM);
	assert_failed(green_gen_close(gen), EPERM);
	return NULL;
}

START_TEST(refused)
{
	green_gen_t *gen = green_gen_new(ask_oneself, NULL);

	ck_assert_int_eq(green_gen_next(gen, NULL), 0);
	green_gen_close(gen);
	ck_assert_ptr_null(green_gen_new(NULL, NULL));
	ck_assert_int_eq(errno, EINVAL);
	assert_failed(green_gen_next(NULL, NULL), EINVAL);
	assert_failed(green_gen_yield(NULL, NULL, NULL), EINVAL);
	gen = green_gen_new(count, (void *)5);
	assert_failed(green_gen_yield(gen, NULL, NULL), EINVAL);
	green_gen_next(gen, NULL);
	assert_failed(green_gen_yield(gen, NULL, NULL), EINVAL);
	must_join(must_spawn(ask_anothers, gen));
	ck_assert_int_eq(green_gen_close(gen), 0);
}

static void *double_each(green_gen_t *gen, void *from)
{
	void *value;

	while (green_gen_next(from, &value) > 0) {
		if (green_gen_yield(gen, (void *)(2 * (intptr_t)value), NULL) < 0)
			break;
	}
	green_gen_close(from);
	return NULL;
}

START_TEST(in_a_row)
{
	green_gen_t *gen = green_gen_new(count, (void *)100);
	intptr_t n = 0;
	void *value;
	int i;

	for (i = 0; i < 10; i++)
		gen = green_gen_new(double_each, gen);
	while (green_gen_next(gen, &value) > 0)
		ck_assert_int_eq((intptr_t)value, 1024 * n++);
	ck_assert_int_eq(n, 100);
	green_gen_close(gen);
}

START_TEST(many_at_once)
{
	enum { MANY = 1000 };
	green_gen_t *gens[MANY];
	void *value;
	int round, i;

	for (round = 0; round < 3; round++) {
		for (i = 0; i < MANY; i++) {
			gens[i] = green_gen_new(count, (void *)10);
			ck_assert_int_eq(green_gen_next(gens[i], &value), 1);
		}
		for (i = 0; i < MANY; i++) {
			ck_assert_int_eq(green_gen_next(gens[i], &value), 1);
			ck_assert_int_eq((intptr_t)value, 1);
			ck_assert_int_eq(green_gen_close(gens[i]), 0);
		}
	}
}

static void *use_in_thread(void *unused)
{
	counts_fn(0);
	closing_cleans_up_fn(0);
	return unused;
}

START_TEST(on_an_os_thread)
{
	pthread_t thread;

	pthread_create(&thread, NULL, use_in_thread, NULL);
	pthread_join(thread, NULL);
}

/* The generator's function uses as much stack as a greenlet's may. */
static void *use_stack(green_gen_t *gen, void *bytes)
{
	char *room = __builtin_alloca((size_t)bytes);

	memset(room, 1, (size_t)bytes);
	return green_gen_yield(gen, (void *)(intptr_t)room[(size_t)bytes / 2], NULL) < 0 ? NULL : gen;
}

START_TEST(has_stack)
{
	green_gen_t *gen = green_gen_new(use_stack, (void *)(32 * 1024));
	void *value;

	ck_assert_int_eq(green_gen_next(gen, &value), 1);
	ck_assert_ptr_eq(value, (void *)1);
	green_gen_close(gen);
}

int main(void)
{
	const TTest *const tests[] = {counts, values_both_ways, delegates, closing_cleans_up, refused, in_a_row,
	    many_at_once, on_an_os_thread, has_stack};

	return run_suite("generator", tests, sizeof(tests) / sizeof(tests[0]));
}
