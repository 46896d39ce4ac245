/* Thread-local storage: a greenlet is a thread of its own in the eyes of libc. */
#include "arch.h"
#include "tests/resident.h"
#include "tests/unit/suite.h"
#include <ctype.h>
#include <dlfcn.h>
#include <libgen.h>
#include <limits.h>
#include <locale.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void *keep_errno(void *value)
{
	int i;

	ck_assert_int_eq(errno, 0);
	for (i = 0; i < 10; i++) {
		errno = (int)(intptr_t)value + i;
		green_yield();
		ck_assert_int_eq(errno, (int)(intptr_t)value + i);
	}
	return NULL;
}

START_TEST(errno_is_ones_own)
{
	green_t *a = must_spawn(keep_errno, (void *)100), *b = must_spawn(keep_errno, (void *)200);

	errno = 7;
	green_yield();
	ck_assert_int_eq(errno, 7);
	must_join(a);
	must_join(b);
	ck_assert_int_eq(errno, 7);
}

static __thread int initialised = 5;
static __thread char zero[3000];

static void *change_variables(void *unused)
{
	size_t i;

	ck_assert_int_eq(initialised, 5);
	for (i = 0; i < sizeof(zero); i++)
		ck_assert_int_eq(zero[i], 0);
	initialised = 6;
	memset(zero, 1, sizeof(zero));
	green_yield();
	ck_assert_int_eq(initialised, 6);
	ck_assert_int_eq(zero[2999], 1);
	return unused;
}

START_TEST(variables_are_fresh_each_time)
{
	green_t *g[50], *first = NULL;
	int round, i;

	initialised = 7;
	for (round = 0; round < 5; round++) {
		for (i = 0; i < 50; i++)
			g[i] = must_spawn(change_variables, NULL);
		for (i = 0; i < 50; i++)
			must_join(g[i]);
		if (!first)
			first = must_spawn(change_variables, NULL); /* takes part in the next round, too */
	}
	must_join(first);
	ck_assert_int_eq(initialised, 7);
	ck_assert_int_eq(zero[0], 0);
}

static void *keep_identity(void *unused)
{
	pthread_t me = pthread_self();
	int i;

	(void)unused;
	for (i = 0; i < 5; i++) {
		green_yield();
		ck_assert(pthread_equal(me, pthread_self()));
	}
	return (void *)me;
}

START_TEST(pthread_self_is_ones_own)
{
	green_t *g[20];
	void *id[21];
	int i, j;

	for (i = 0; i < 20; i++)
		g[i] = must_spawn(keep_identity, NULL);
	for (i = 0; i < 20; i++)
		id[i] = must_join(g[i]);
	id[20] = (void *)pthread_self();
	for (i = 0; i < 21; i++) {
		for (j = 0; j < i; j++)
			ck_assert_ptr_ne(id[i], id[j]);
	}
}

static void *use_locale(void *name)
{
	locale_t locale = newlocale(LC_ALL_MASK, name, (locale_t)0);

	ck_assert_ptr_eq(uselocale((locale_t)0), LC_GLOBAL_LOCALE);
	ck_assert_ptr_nonnull(locale);
	uselocale(locale);
	green_yield();
	ck_assert_ptr_eq(uselocale((locale_t)0), locale);
	uselocale(LC_GLOBAL_LOCALE);
	freelocale(locale);
	return NULL;
}

START_TEST(locale_is_ones_own)
{
	green_t *a = must_spawn(use_locale, "C"), *b = must_spawn(use_locale, "C.UTF-8");

	green_yield();
	ck_assert_ptr_eq(uselocale((locale_t)0), LC_GLOBAL_LOCALE);
	must_join(a);
	must_join(b);
}

/* glibc finds these tables by thread-local pointers. */
static void *use_character_classes(void *unused)
{
	ck_assert(isalpha('x') && !isalpha('1') && toupper('x') == 'X');
	ck_assert_double_eq(strtod("1.5", NULL), 1.5);
	return unused;
}

START_TEST(character_classes_are_there)
{
	must_join(must_spawn(use_character_classes, NULL));
	must_join(must_spawn(use_character_classes, NULL));
}

static int *(*static_counter)(void);

static void *count_up(void *unused)
{
	ck_assert_int_eq(*static_counter(), 41);
	++*static_counter();
	green_yield();
	ck_assert_int_eq(*static_counter(), 42);
	return unused;
}

static void *open_library(void)
{
	char program[PATH_MAX], library[PATH_MAX + 40];
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);

	ck_assert_int_gt(n, 0);
	program[n] = '\0';
	snprintf(library, sizeof(library), "%s/library/static_tls.so", dirname(program));
	return dlopen(library, RTLD_NOW);
}

START_TEST(library_with_static_tls)
{
	void *library;
	green_t *g[3];
	int i;

	for (i = 0; i < 3; i++)
		g[i] = must_spawn(do_nothing, NULL);
	for (i = 0; i < 3; i++)
		must_join(g[i]); /* their blocks know nothing of the library */
	library = open_library();
	ck_assert_msg(library != NULL, "%s", dlerror());
	*(void **)&static_counter = dlsym(library, "static_counter");
	ck_assert_int_eq(*static_counter(), 41);
	for (i = 0; i < 3; i++)
		g[i] = must_spawn(count_up, NULL);
	for (i = 0; i < 3; i++)
		must_join(g[i]);
	must_join(must_spawn(count_up, NULL));
	ck_assert_int_eq(*static_counter(), 41);
}

static void *use_malloc(void *size)
{
	void *volatile a = malloc((size_t)(uintptr_t)size), *volatile b = malloc(100);

	green_yield();
	free(a);
	free(b);
	return NULL;
}

static void spawn_and_forget(int cycles)
{
	int i, j;

	for (i = 0; i < cycles / 10; i++) {
		for (j = 0; j < 10; j++)
			green_detach(must_spawn(use_malloc, (void *)(uintptr_t)(i % 1000 + 1)));
		while (green_count() > 1)
			green_yield();
	}
}

START_TEST(cycles_do_not_grow_the_process)
{
	long before;

	without_huge_pages();
	spawn_and_forget(20000);
	before = resident_pages();
	ck_assert_int_gt(before, 0);
	spawn_and_forget(200000);
	ck_assert_int_le(resident_pages(), before + 64);
}

/* Up to glibc 2.34 there is none. */
extern const ptrdiff_t __rseq_offset __attribute__((weak));

static void *look_at_rseq(void *cpu_id)
{
	*(int32_t *)cpu_id = *(int32_t *)((char *)thread_pointer() + __rseq_offset + 4);
	ck_assert_int_ge(sched_getcpu(), 0);
	return NULL;
}

/* Only the kernel's own threads have it: a greenlet says that it is not registered, and its thread stays as it was. */
START_TEST(rseq_is_not_registered)
{
	int32_t own = 0, cpu_id = 0;

	if (!&__rseq_offset || !__rseq_offset)
		return;
	become_host();
	look_at_rseq(&own);
	ck_assert_int_eq(green_join(must_spawn(look_at_rseq, &cpu_id), -1, NULL), 0);
	ck_assert_int_lt(cpu_id, 0);
	look_at_rseq(&cpu_id);
	ck_assert_int_eq(cpu_id < 0, own < 0);
}

int main(void)
{
	const TTest *const tests[] = {errno_is_ones_own, variables_are_fresh_each_time, pthread_self_is_ones_own,
	    locale_is_ones_own, character_classes_are_there, library_with_static_tls, cycles_do_not_grow_the_process,
	    rseq_is_not_registered};

	return run_suite("tls", tests, sizeof(tests) / sizeof(tests[0]));
}
