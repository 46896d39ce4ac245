/* Waiting for one descriptor. */
#include "poller.h"
#include "clock.h"
#include "suite.h"
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>

struct wait {
	int fd;
	short events;
	double patience;
	int answer;
};

/* A park may end without cause: the descriptor is looked at, as everybody who parks does. */
static void *wait_for(void *arg)
{
	struct wait *wait = arg;
	struct until until = {.deadline = deadline_after(wait->patience)};
	struct pollfd entry = {.fd = wait->fd, .events = wait->events};

	do
		wait->answer = park_on_fd(wait->fd, wait->events, &until);
	while (!wait->answer && poll(&entry, 1, 0) == 0);
	return NULL;
}

static green_t *spawn_waiting(struct wait *wait)
{
	green_t *g = must_spawn(wait_for, wait);

	ck_assert_int_eq(green_sleep(0.001), 0);
	return g;
}

static void make_pair(int *ends)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
}

static void fill(int fd)
{
	static const char bytes[65536];

	while (write(fd, bytes, sizeof(bytes)) > 0)
		;
	ck_assert_int_eq(errno, EAGAIN);
}

static void empty(int fd)
{
	static char bytes[65536];

	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
}

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

int main(void)
{
	const TTest *const tests[] = {readable, both_directions_at_once, several_waiters_are_all_served, times_out,
	    hang_up_is_readable, negative_is_ebadf, forgotten_is_ebadf, number_is_used_again,
	    regular_file_is_always_ready, many_descriptors, forgotten_by_another_thread, used_again_by_another_thread};

	return run_suite("poller", tests, sizeof(tests) / sizeof(tests[0]));
}
