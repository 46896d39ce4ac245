/* What happens to those who wait for a descriptor when it is closed, opened again, or changed. */
#include "wait.h"
#include <pthread.h>
#include <sys/eventfd.h>

START_TEST(forgotten_is_ebadf)
{
	struct wait in = {.events = POLLIN, .patience = -1}, out = {.events = POLLOUT, .patience = -1};
	green_t *g[3];
	int ends[2], i;

	make_pair(ends);
	fill(ends[0]);
	in.fd = out.fd = ends[0];
	g[0] = spawn_waiting(&in);
	g[1] = spawn_waiting(&in);
	g[2] = spawn_waiting(&out);
	poller_forget(ends[0]);
	close(ends[0]);
	for (i = 0; i < 3; i++)
		must_join(g[i]);
	ck_assert_int_eq(in.answer, EBADF);
	ck_assert_int_eq(out.answer, EBADF);
}

START_TEST(number_is_used_again)
{
	struct wait wait = {.events = POLLIN, .patience = -1};
	int ends[2], round, fd;
	green_t *g;

	for (round = 0; round < 50; round++) {
		make_pair(ends);
		ck_assert_int_eq(round ? fd : ends[0], ends[0]);
		wait.fd = fd = ends[0];
		g = spawn_waiting(&wait);
		ck_assert_int_eq(write(ends[1], "x", 1), 1);
		must_join(g);
		ck_assert_int_eq(wait.answer, 0);
		empty(ends[0]);
		g = spawn_waiting(&wait);
		poller_forget(ends[0]);
		close(ends[0]);
		close(ends[1]);
		must_join(g);
		ck_assert_int_eq(wait.answer, EBADF);
	}
}

static void *forget_range(void *fd)
{
	poller_forget_range(*(unsigned *)fd, *(unsigned *)fd);
	return NULL;
}

static void *forget(void *fd)
{
	poller_forget(*(int *)fd);
	return NULL;
}

static void assert_forgotten_from_thread(void *(*by)(void *))
{
	struct wait wait = {.events = POLLIN, .patience = 5};
	pthread_t thread;
	int ends[2];
	green_t *g;

	make_pair(ends);
	wait.fd = ends[0];
	g = spawn_waiting(&wait);
	ck_assert_int_eq(pthread_create(&thread, NULL, by, &ends[0]), 0);
	must_join(g);
	pthread_join(thread, NULL);
	ck_assert_int_eq(wait.answer, EBADF);
}

START_TEST(forgotten_by_another_thread)
{
	assert_forgotten_from_thread(forget);
	assert_forgotten_from_thread(forget_range);
}

static void *reopen(void *arg)
{
	int *fds = arg;

	poller_forget(fds[0]);
	ck_assert_int_eq(dup2(fds[1], fds[0]), fds[0]);
	return NULL;
}

/* The news of the close is still on its way when the next wait on that number begins. */
START_TEST(used_again_by_another_thread)
{
	struct wait wait = {.events = POLLIN, .patience = -1};
	pthread_t thread;
	int ends[2];
	green_t *g;

	make_pair(ends);
	wait.fd = ends[0];
	g = spawn_waiting(&wait);
	green_kill(g);
	must_join(g);
	ends[1] = eventfd(0, 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, reopen, ends), 0);
	pthread_join(thread, NULL);
	wait.patience = 0.01;
	wait_for(&wait);
	ck_assert_int_eq(wait.answer, ETIMEDOUT);
}

static void *look_again_soon(void *fd)
{
	green_sleep(0.002);
	poller_look_again(*(int *)fd);
	return NULL;
}

START_TEST(looks_again_when_told)
{
	struct pollfd entry = {.events = POLLIN};
	struct until until = {.deadline = deadline_after(5)};
	double since = now();
	int ends[2];

	make_pair(ends);
	entry.fd = ends[0];
	become_host();
	must_spawn(look_again_soon, &ends[0]);
	ck_assert_int_eq(park_on_fd(ends[0], POLLIN, &until), 0);
	ck_assert_int_eq(poll(&entry, 1, 0), 0);
	ck_assert_double_lt(now() - since, 4);
}

int main(void)
{
	const TTest *const tests[] = {forgotten_is_ebadf, number_is_used_again, forgotten_by_another_thread,
	    used_again_by_another_thread, looks_again_when_told};

	return run_suite("poller_close", tests, sizeof(tests) / sizeof(tests[0]));
}
