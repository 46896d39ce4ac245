/* More jobs than there may be, or can be, helper OS threads. */
#include "jobs.h"
#include "tests/tasks.h"
#include <stdio.h>
#include <sys/resource.h>

static void *offload_brief_one(void *job)
{
	offload_brief(sleep_and_square, job);
	return NULL;
}

enum { JOBS = 1500 }; /* more than there may be helpers for what is brief */

START_TEST(more_jobs_than_helpers)
{
	static struct job jobs[JOBS];
	int i;

	for (i = 0; i < JOBS; i++) {
		jobs[i].input = i;
		green_detach(must_spawn(offload_brief_one, &jobs[i]));
	}
	while (green_count() > 1)
		ck_assert_int_eq(green_sleep(0.001), 0);
	for (i = 0; i < JOBS; i++)
		ck_assert_int_eq(jobs[i].output, (long)i * i);
	ck_assert_uint_le(offload_peak(), 512);
}

/* However many jobs wait, another finds a helper, be it one that they wait for. */
START_TEST(stuck_jobs_hold_up_nobody)
{
	static bool flags[JOBS / 2];
	struct job job = {.input = 3};
	int i;

	if (!can_have_tasks(JOBS / 2 + 10))
		return (void)fprintf(stderr, "skipped: the system does not allow so many OS threads\n");
	sem_init(&gate, 0, 0);
	for (i = 0; i < JOBS / 2; i++)
		green_detach(must_spawn(offload_gate, &flags[i]));
	ck_assert_int_eq(green_sleep(0.01), 0);
	must_join(must_spawn(offload_brief_one, &job));
	ck_assert_int_eq(job.output, 9);
	for (i = 0; i < JOBS / 2; i++)
		ck_assert(!flags[i]);
	for (i = 0; i < JOBS / 2; i++)
		must_join(must_spawn(offload_post, NULL));
	while (green_count() > 1)
		ck_assert_int_eq(green_sleep(0.001), 0);
	ck_assert_uint_ge(offload_peak(), JOBS / 2);
}

/* From here on no thread's stack can be had. */
static void use_up_address_space(void)
{
	size_t pages;
	FILE *file = fopen("/proc/self/statm", "r");
	struct rlimit limit;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%zu", &pages), 1);
	fclose(file);
	limit.rlim_cur = limit.rlim_max = pages * (size_t)sysconf(_SC_PAGESIZE);
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
}

START_TEST(without_a_thread_the_hub_does_it)
{
	static struct job jobs[20];
	green_t *g[20];
	int i;

	for (i = 0; i < 20; i++) {
		jobs[i].input = i;
		g[i] = must_spawn(offload_square, &jobs[i]);
	}
	use_up_address_space();
	for (i = 0; i < 20; i++) {
		must_join(g[i]);
		ck_assert_int_eq(jobs[i].output, (long)i * i);
		ck_assert_int_eq(jobs[i].thread, getpid());
	}
	ck_assert_uint_eq(offload_peak(), 0);
}

/* Those that there are may be in jobs that never end. */
START_TEST(without_another_thread_the_hub_does_what_is_brief)
{
	struct job job = {.input = 3};
	bool flag = false;
	green_t *stuck, *brief;

	sem_init(&gate, 0, 0);
	stuck = must_spawn(offload_gate, &flag);
	ck_assert_int_eq(green_sleep(0.01), 0);
	brief = must_spawn(offload_brief_one, &job);
	use_up_address_space();
	must_join(brief);
	ck_assert_int_eq(job.output, 9);
	ck_assert_int_eq(job.thread, getpid());
	ck_assert(!flag);
	sem_post(&gate);
	must_join(stuck);
}

int main(void)
{
	const TTest *const tests[] = {more_jobs_than_helpers, stuck_jobs_hold_up_nobody,
	    without_a_thread_the_hub_does_it, without_another_thread_the_hub_does_what_is_brief};

	return run_suite("offload of many", tests, sizeof(tests) / sizeof(tests[0]));
}
