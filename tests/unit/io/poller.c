/* Waiting for one descriptor. */
#include "wait.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>

START_TEST(readable)
{
	struct wait wait = {.events = POLLIN, .patience = -1, .answer = -1};
	int ends[2];
	green_t *g;

	make_pair(ends);
	wait.fd = ends[0];
	g = spawn_waiting(&wait);
	ck_assert_int_eq(wait.answer, is_shuffled() ? wait.answer : -1);
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	must_join(g);
	ck_assert_int_eq(wait.answer, 0);
	must_join(spawn_waiting(&wait)); /* it still is */
	ck_assert_int_eq(wait.answer, 0);
}

START_TEST(both_directions_at_once)
{
	struct wait in = {.events = POLLIN, .patience = -1, .answer = -1};
	struct wait out = {.events = POLLOUT, .patience = -1, .answer = -1};
	green_t *reader, *writer;
	int ends[2];

	make_pair(ends);
	fill(ends[0]);
	in.fd = out.fd = ends[0];
	reader = spawn_waiting(&in);
	writer = spawn_waiting(&out);
	assert_failed(green_join(writer, 0, NULL), ETIMEDOUT);
	empty(ends[1]);
	must_join(writer);
	ck_assert_int_eq(out.answer, 0);
	assert_failed(green_join(reader, 0, NULL), ETIMEDOUT);
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	must_join(reader);
	ck_assert_int_eq(in.answer, 0);
}

static int bytes_taken;

static void *take_byte(void *arg)
{
	struct wait wait = *(struct wait *)arg;
	char byte;

	do
		wait_for(&wait);
	while (wait.answer == 0 && read(wait.fd, &byte, 1) < 0);
	ck_assert_int_eq(wait.answer, 0);
	bytes_taken++;
	return NULL;
}

START_TEST(several_waiters_are_all_served)
{
	struct wait wait = {.events = POLLIN, .patience = -1};
	green_t *g[20];
	int ends[2], i;

	make_pair(ends);
	wait.fd = ends[0];
	for (i = 0; i < 20; i++)
		g[i] = must_spawn(take_byte, &wait);
	green_sleep(0.001);
	for (i = 0; i < 10; i++)
		ck_assert_int_eq(write(ends[1], "x", 1), 1);
	while (bytes_taken < 10)
		green_yield();
	green_sleep(0.001);
	ck_assert_int_eq(bytes_taken, 10);
	ck_assert_int_eq(write(ends[1], "0123456789", 10), 10);
	for (i = 0; i < 20; i++)
		must_join(g[i]);
}

START_TEST(times_out)
{
	struct wait wait = {.events = POLLIN, .patience = 0.005};
	double since = now();
	int ends[2];

	make_pair(ends);
	wait.fd = ends[0];
	become_host();
	wait_for(&wait);
	ck_assert_int_eq(wait.answer, ETIMEDOUT);
	ck_assert_double_ge(now() - since, 0.005);
	wait.patience = 0;
	wait_for(&wait);
	ck_assert_int_eq(wait.answer, ETIMEDOUT);
}

START_TEST(hang_up_is_readable)
{
	struct wait wait = {.events = POLLIN, .patience = -1};
	int ends[2];
	green_t *g;

	make_pair(ends);
	wait.fd = ends[0];
	g = spawn_waiting(&wait);
	close(ends[1]);
	must_join(g);
	ck_assert_int_eq(wait.answer, 0);
}

START_TEST(negative_is_ebadf)
{
	become_host();
	ck_assert_int_eq(park_on_fd(-1, POLLIN, NULL), EBADF);
}

START_TEST(regular_file_is_always_ready)
{
	struct wait in = {.events = POLLIN, .patience = -1}, out = {.events = POLLOUT, .patience = -1};

	in.fd = out.fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	become_host();
	wait_for(&in);
	wait_for(&out);
	ck_assert_int_eq(in.answer, 0);
	ck_assert_int_eq(out.answer, 0);
}

enum { MANY = 1000 };

START_TEST(many_descriptors)
{
	static int ends[MANY][2];
	static struct wait waits[MANY];
	green_t *g[MANY];
	struct rlimit limit;
	int i;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur < 2 * MANY + 100)
		return (void)fprintf(stderr, "skipped: only %lu descriptors\n", (unsigned long)limit.rlim_cur);
	for (i = 0; i < MANY; i++) {
		make_pair(ends[i]);
		waits[i] = (struct wait){.fd = ends[i][0], .events = POLLIN, .patience = -1, .answer = -1};
		g[i] = must_spawn(wait_for, &waits[i]);
	}
	green_sleep(0.001);
	for (i = MANY - 1; i >= 0; i--) {
		ck_assert_int_eq(write(ends[i][1], "x", 1), 1);
		must_join(g[i]);
		ck_assert_int_eq(waits[i].answer, 0);
	}
}

int main(void)
{
	const TTest *const tests[] = {readable, both_directions_at_once, several_waiters_are_all_served, times_out,
	    hang_up_is_readable, negative_is_ebadf, regular_file_is_always_ready, many_descriptors};

	return run_suite("poller", tests, sizeof(tests) / sizeof(tests[0]));
}
