/* What the suites share. Check runs each test in a process of its own, so each starts without greenlets. */
#ifndef SUITE_H
#define SUITE_H

#include "runtime/greenload.h"
#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* For main() to return: runs the tests as one suite. */
static inline int run_suite(const char *name, const TTest *const *tests, size_t count)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	SRunner *runner;
	int failed;
	size_t i;

	tcase_set_timeout(tcase, 15);
	for (i = 0; i < count; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* The torture build shuffles the ready queue: who came first is not who runs first. */
static inline bool is_shuffled(void)
{
#ifdef TORTURE
	return true;
#else
	return false;
#endif
}

/* That the last call answered with -1 and this errno. */
static inline void assert_failed(int result, int error)
{
	int found = errno;

	ck_assert_int_eq(result, -1);
	ck_assert_int_eq(found, error);
}

static inline green_t *must_spawn(green_fn *fn, void *arg)
{
	green_t *g = green_spawn(fn, arg);

	ck_assert_ptr_nonnull(g);
	return g;
}

/* The result of a greenlet that is to end by itself. */
static inline void *must_join(green_t *g)
{
	void *result;

	ck_assert_int_eq(green_join(g, -1, &result), 0);
	return result;
}

static inline void *do_nothing(void *arg)
{
	return arg;
}

/* Makes the calling OS thread a host, with its main greenlet alone. */
static inline void become_host(void)
{
	must_join(must_spawn(do_nothing, NULL));
}

/* Seconds, as a clock that never jumps has them. */
static inline double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Runs task(arg) in a child process and returns how that ended, as waitpid has it. */
static inline int status_of_child(void (*task)(void *arg), void *arg)
{
	pid_t child = fork();
	int status;

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		task(arg);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return status;
}

#endif
