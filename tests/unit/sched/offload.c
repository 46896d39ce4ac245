/* Jobs on helper OS threads. */
#include "jobs.h"
#include <pthread.h>

START_TEST(runs_on_another_thread)
{
	struct job job = {.input = 12};

	must_join(must_spawn(offload_square, &job));
	ck_assert_int_eq(job.output, 144);
	ck_assert_int_ne(job.thread, getpid());
	ck_assert(sigismember(&job.mask, SIGINT) && sigismember(&job.mask, SIGALRM));
	ck_assert_uint_eq(offload_peak(), 1);
}

START_TEST(runs_right_here_without_greenlets)
{
	struct job job = {.input = 12};

	offload(square, &job);
	ck_assert_int_eq(job.output, 144);
	ck_assert_int_eq(job.thread, getpid());
}

START_TEST(main_greenlet_may)
{
	struct job job = {.input = 5};

	become_host();
	offload_square(&job);
	ck_assert_int_eq(job.output, 25);
}

static void *offload_slowly(void *job)
{
	offload(sleep_and_square, job);
	return NULL;
}

START_TEST(helpers_are_used_again)
{
	struct job job;
	int i;

	for (i = 0; i < 500; i++) {
		job = (struct job){.input = i};
		must_join(must_spawn(offload_square, &job));
		ck_assert_int_eq(job.output, (long)i * i);
	}
	ck_assert_uint_le(offload_peak(), 50); /* a slow one is not back yet when the next job comes */
}

/* Others run meanwhile; neither a kill nor time ends it. */
START_TEST(job_outlives_a_kill)
{
	bool early = false, late = false;
	green_t *killed_before, *killed_meanwhile;

	sem_init(&gate, 0, 0);
	killed_before = must_spawn(offload_gate, &early);
	green_kill(killed_before);
	killed_meanwhile = must_spawn(offload_gate, &late);
	ck_assert_int_eq(green_sleep(0.01), 0);
	green_kill(killed_meanwhile);
	assert_failed(green_join(killed_meanwhile, 0.01, NULL), ETIMEDOUT);
	ck_assert(!early && !late);
	sem_post(&gate);
	sem_post(&gate);
	ck_assert_int_eq((intptr_t)must_join(killed_before), -1);
	ck_assert_int_eq((intptr_t)must_join(killed_meanwhile), -1);
}

static void close_gate(void *flag)
{
	atomic_store((_Atomic bool *)flag, !atomic_load((_Atomic bool *)flag));
}

/* The functions run one after another, while the greenlets that asked for them go on, or end. */
START_TEST(nobody_waits_for_a_detached_job)
{
	_Atomic bool flags[20];
	int i;

	sem_init(&gate, 0, 0);
	become_host();
	for (i = 0; i < 20; i++) {
		flags[i] = true;
		ck_assert(offload_detached(wait_at_gate, close_gate, &flags[i]));
	}
	ck_assert_int_eq(green_sleep(0.01), 0);
	for (i = 0; i < 20; i++)
		ck_assert(flags[i]);
	for (i = 0; i < 20; i++)
		sem_post(&gate);
	for (i = 0; i < 20; i++) {
		while (flags[i])
			ck_assert_int_eq(green_sleep(0.001), 0);
	}
}

/* A job may wait for what a later one brings. */
START_TEST(jobs_may_need_each_other)
{
	bool flags[20] = {false};
	int i;

	sem_init(&gate, 0, 0);
	for (i = 0; i < 20; i++)
		green_detach(must_spawn(offload_gate, &flags[i]));
	for (i = 0; i < 20; i++)
		green_detach(must_spawn(offload_post, NULL));
	while (green_count() > 1)
		ck_assert_int_eq(green_sleep(0.001), 0);
}

static void *offload_on_own_hub(void *unused)
{
	struct job jobs[10];
	green_t *g[10];
	int i;

	for (i = 0; i < 10; i++) {
		jobs[i] = (struct job){.input = i};
		g[i] = must_spawn(offload_slowly, &jobs[i]);
	}
	for (i = 0; i < 10; i++) {
		must_join(g[i]);
		ck_assert_int_eq(jobs[i].output, (long)i * i);
	}
	return unused;
}

START_TEST(hubs_share_the_helpers)
{
	pthread_t threads[4];
	int i;

	for (i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, offload_on_own_hub, NULL), 0);
	offload_on_own_hub(NULL);
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
}

int main(void)
{
	const TTest *const tests[] = {runs_on_another_thread, runs_right_here_without_greenlets, main_greenlet_may,
	    helpers_are_used_again, job_outlives_a_kill, nobody_waits_for_a_detached_job, jobs_may_need_each_other,
	    hubs_share_the_helpers};

	return run_suite("offload", tests, sizeof(tests) / sizeof(tests[0]));
}
