/* What happens to those who wait for a descriptor when it is closed, opened again, or changed. */
#include "runtime/sched/hub.h"
#include "wait.h"

#include <fcntl.h>
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

static void *wait_and_follow(void *arg)
{
	struct wait *wait = arg;
	struct wait_options until = {.deadline = deadline_after(5), .keeps_file = true};
	struct pollfd entry = {.fd = wait->fd, .events = wait->events};
	int file;

	do { /* until there is something: a wait may end without cause */
		wait->answer = park_on_fd(wait->fd, wait->events, &until);
		file = poller_take_file();
	} while (wait->answer == 0 && file <= 0 && poll(&entry, 1, 0) == 0);
	wait->fd = file;
	return NULL;
}

static void *closing(void *fd)
{
	poller_closing(*(unsigned *)fd, *(unsigned *)fd);
	close(*(int *)fd);
	poller_closed(*(unsigned *)fd, *(unsigned *)fd);
	return NULL;
}

static void assert_goes_on(bool from_thread)
{
	struct wait wait = {.events = POLLIN};
	pthread_t thread;
	int ends[2];
	char byte;
	green_t *g;

	make_pair(ends);
	wait.fd = ends[0];
	become_host();
	g = must_spawn(wait_and_follow, &wait);
	green_sleep(0.001);
	if (from_thread) {
		ck_assert_int_eq(pthread_create(&thread, NULL, closing, &ends[0]), 0);
		pthread_join(thread, NULL);
	} else {
		closing(&ends[0]);
	}
	green_sleep(0.001);
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	must_join(g);
	ck_assert_int_eq(wait.answer, 0);
	ck_assert_int_gt(wait.fd, 0);
	ck_assert(is_own_fd(wait.fd));
	ck_assert_int_eq(read(wait.fd, &byte, 1), 1);
	poller_let_go(wait.fd);
	ck_assert(!is_own_fd(wait.fd));
	ck_assert_int_lt(fcntl(wait.fd, F_GETFD), 0);
	close(ends[1]);
}

START_TEST(goes_on_with_its_file)
{
	assert_goes_on(false);
	assert_goes_on(true);
	assert_goes_on(false);
}

/* Who does not ask for the file gets EBADF. */
START_TEST(closing_is_ebadf)
{
	struct wait wait = {.events = POLLIN, .patience = 5};
	int ends[2];
	green_t *g;

	make_pair(ends);
	wait.fd = ends[0];
	g = spawn_waiting(&wait);
	closing(&ends[0]);
	must_join(g);
	ck_assert_int_eq(wait.answer, EBADF);
	close(ends[1]);
}

/* Nobody has told of the close, as where the program has made the system call itself. */
START_TEST(unseen_close_is_found)
{
	struct wait wait = {.events = POLLIN, .patience = 5};
	int ends[2], fd, round;
	green_t *g;

	become_host();
	for (round = 0; round < 3; round++) {
		make_pair(ends);
		fd = ends[0];
		wait.fd = fd;
		poller_check(fd); /* the round before has closed it unseen */
		g = spawn_waiting(&wait);
		poller_check(fd); /* it is as it was */
		ck_assert_int_eq(write(ends[1], "x", 1), 1);
		must_join(g);
		ck_assert_int_eq(wait.answer, 0);
		empty(fd); /* the watcher is started still */
		raw_syscall(SYS_close, ends[0], 0, 0, 0, 0, 0);
		raw_syscall(SYS_close, ends[1], 0, 0, 0, 0, 0);
		make_pair(ends);
		ck_assert_int_eq(ends[0], fd);
		poller_check(fd);
		g = spawn_waiting(&wait);
		ck_assert_int_eq(write(ends[1], "x", 1), 1);
		must_join(g);
		ck_assert_int_eq(wait.answer, 0);
		raw_syscall(SYS_close, ends[0], 0, 0, 0, 0, 0);
		raw_syscall(SYS_close, ends[1], 0, 0, 0, 0, 0);
	}
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
	struct wait_options until = {.deadline = deadline_after(5)};
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
	    used_again_by_another_thread, looks_again_when_told, goes_on_with_its_file, closing_is_ebadf,
	    unseen_close_is_found};

	return run_suite("poller_close", tests, sizeof(tests) / sizeof(tests[0]));
}
