/* Waiting for several descriptors at once, and for events of every kind; green_wait_fd(). */
#include "runtime/io/poller.h"
#include "runtime/sys/clock.h"
#include "tests/unit/suite.h"
#include <fcntl.h>
#include <stdint.h>
#include <sys/socket.h>

struct wait {
	struct pollfd *fds;
	nfds_t count;
	double patience;
	int answer;
};

static void *wait_for(void *arg)
{
	struct wait *wait = arg;
	struct wait_options until = {.deadline = deadline_after(wait->patience)};

	do
		wait->answer = park_on_fds(wait->fds, wait->count, &until);
	while (!wait->answer && poll(wait->fds, wait->count, 0) == 0);
	return NULL;
}

static green_t *spawn_waiting(struct wait *wait)
{
	green_t *g = must_spawn(wait_for, wait);

	ck_assert_int_eq(green_sleep(0.001), 0);
	assert_failed(green_join(g, 0, NULL), ETIMEDOUT);
	return g;
}

static void make_pair(int *ends)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
}

enum { MOST = 300 };

static struct pollfd fds[MOST];
static int peers[MOST];

static void make_pairs(int count)
{
	int ends[2], i;

	for (i = 0; i < count; i++) {
		make_pair(ends);
		fds[i] = (struct pollfd){.fd = ends[0], .events = POLLIN};
		peers[i] = ends[1];
	}
}

START_TEST(any_of_them)
{
	static const int counts[] = {1, 2, 16, 17, MOST};
	size_t i;
	int which;

	make_pairs(MOST);
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		for (which = 0; which < counts[i]; which += 1 + counts[i] / 3) {
			struct wait wait = {.fds = fds, .count = (nfds_t)counts[i], .patience = -1};
			green_t *g = spawn_waiting(&wait);
			char byte;

			ck_assert_int_eq(write(peers[which], "x", 1), 1);
			must_join(g);
			ck_assert_int_eq(wait.answer, 0);
			ck_assert_int_eq(fds[which].revents, POLLIN);
			ck_assert_int_eq(read(fds[which].fd, &byte, 1), 1);
		}
	}
}

START_TEST(negative_ones_are_passed_over)
{
	struct wait wait = {.fds = fds, .count = 3, .patience = 0.2};

	make_pairs(3);
	fds[0].fd = -1;
	fds[1].fd = -100;
	must_join(spawn_waiting(&wait));
	ck_assert_int_eq(wait.answer, ETIMEDOUT);
	wait.patience = -1;
	ck_assert_int_eq(write(peers[2], "x", 1), 1);
	must_join(must_spawn(wait_for, &wait));
	ck_assert_int_eq(wait.answer, 0);
}

START_TEST(none_is_a_sleep)
{
	struct wait wait = {.count = 0, .patience = 0.2};
	double since = now();

	must_join(spawn_waiting(&wait));
	ck_assert_int_eq(wait.answer, ETIMEDOUT);
	ck_assert_double_ge(now() - since, 0.2);
}

START_TEST(the_same_one_twice)
{
	struct wait wait = {.fds = fds, .count = 2, .patience = -1};
	green_t *g;

	make_pairs(1);
	fds[1] = fds[0];
	fds[1].events = POLLIN | POLLRDHUP;
	g = spawn_waiting(&wait);
	ck_assert_int_eq(write(peers[0], "x", 1), 1);
	must_join(g);
	ck_assert_int_eq(wait.answer, 0);
}

START_TEST(without_events_for_hang_ups_alone)
{
	struct wait wait = {.fds = fds, .count = 1, .patience = -1};
	green_t *g;

	make_pairs(1);
	fds[0].events = 0;
	g = spawn_waiting(&wait);
	ck_assert_int_eq(write(peers[0], "x", 1), 1);
	ck_assert_int_eq(green_sleep(0.005), 0);
	assert_failed(green_join(g, 0, NULL), ETIMEDOUT);
	close(peers[0]);
	must_join(g);
	ck_assert_int_eq(fds[0].revents, POLLHUP);
}

START_TEST(half_closed)
{
	struct wait wait = {.fds = fds, .count = 1, .patience = -1};
	green_t *g;

	make_pairs(1);
	fds[0].events = POLLRDHUP;
	g = spawn_waiting(&wait);
	shutdown(peers[0], SHUT_WR);
	must_join(g);
	ck_assert_int_eq(wait.answer, 0);
	ck_assert_int_eq(fds[0].revents, POLLRDHUP);
}

static void connect_by_tcp(int *ends)
{
	struct sockaddr_storage address = {.ss_family = AF_INET};
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_eq(listen(listener, 1), 0); /* unbound: any free port of this host */
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &length), 0);
	ends[0] = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(ends[0], (struct sockaddr *)&address, length), 0);
	ends[1] = accept(listener, NULL, NULL);
	ck_assert_int_ge(ends[1], 0);
	close(listener);
}

START_TEST(urgent_bytes)
{
	struct wait wait = {.fds = fds, .count = 1, .patience = -1};
	int ends[2];
	green_t *g;

	connect_by_tcp(ends);
	fds[0] = (struct pollfd){.fd = ends[0], .events = POLLPRI};
	g = spawn_waiting(&wait);
	ck_assert_int_eq(send(ends[1], "x", 1, 0), 1);
	ck_assert_int_eq(green_sleep(0.005), 0);
	assert_failed(green_join(g, 0, NULL), ETIMEDOUT);
	ck_assert_int_eq(send(ends[1], "!", 1, MSG_OOB), 1);
	must_join(g);
	ck_assert(fds[0].revents & POLLPRI);
}

START_TEST(regular_file_among_them)
{
	struct wait wait = {.fds = fds, .count = 2, .patience = 5};

	make_pairs(1);
	fds[1] = (struct pollfd){.fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), .events = POLLIN};
	must_join(must_spawn(wait_for, &wait));
	ck_assert_int_eq(wait.answer, 0);
	ck_assert_int_eq(fds[0].revents, 0);
	ck_assert_int_eq(fds[1].revents, POLLIN);
}

START_TEST(kill_and_close_end_it)
{
	struct wait wait = {.fds = fds, .count = 3, .patience = -1};
	green_t *g;

	make_pairs(3);
	g = spawn_waiting(&wait);
	green_kill(g);
	must_join(g);
	ck_assert_int_eq(wait.answer, ECANCELED);
	g = spawn_waiting(&wait);
	poller_forget(fds[1].fd);
	close(fds[1].fd);
	must_join(g);
	ck_assert_int_eq(wait.answer, 0); /* the next look at it says POLLNVAL */
	ck_assert_int_eq(fds[1].revents, POLLNVAL);
}

START_TEST(wait_fd_natively)
{
	int ends[2];

	make_pair(ends);
	ck_assert_int_eq(green_wait_fd(ends[0], POLLIN, 0), 0);
	ck_assert_int_eq(green_wait_fd(ends[0], POLLIN, 0.001), 0);
	ck_assert_int_eq(green_wait_fd(ends[0], POLLIN | POLLOUT, -1), POLLOUT);
	ck_assert_int_eq(green_wait_fd(-1, POLLIN, -1), POLLNVAL);
	assert_failed(green_wait_fd(ends[0], 0, -1), EINVAL);
	assert_failed(green_wait_fd(ends[0], POLLPRI, -1), EINVAL);
	assert_failed(green_wait_fd(ends[0], POLLIN, __builtin_nan("")), EINVAL);
	ck_assert_ptr_null(green_self());
}

static void *wait_thrice(void *fd)
{
	ck_assert_int_eq(green_wait_fd(*(int *)fd, POLLIN, 0), 0);
	ck_assert_int_eq(green_wait_fd(*(int *)fd, POLLIN, 0.003), 0);
	return (void *)(intptr_t)green_wait_fd(*(int *)fd, POLLIN, -1);
}

START_TEST(wait_fd_tells_what_holds)
{
	int ends[2];
	green_t *g;

	make_pair(ends);
	g = must_spawn(wait_thrice, &ends[0]);
	ck_assert_int_eq(green_sleep(0.02), 0);
	close(ends[1]);
	ck_assert_int_eq((intptr_t)must_join(g), POLLIN | POLLHUP);
	make_pair(ends);
	g = must_spawn(wait_thrice, &ends[0]);
	ck_assert_int_eq(green_sleep(0.02), 0);
	poller_forget(ends[0]);
	close(ends[0]);
	ck_assert_int_eq((intptr_t)must_join(g), POLLNVAL);
	assert_failed(green_wait_fd(ends[1], 0, -1), EINVAL);
	ck_assert_int_eq(green_wait_fd(-1, POLLIN, -1), POLLNVAL);
}

int main(void)
{
	const TTest *const tests[] = {any_of_them, negative_ones_are_passed_over, none_is_a_sleep, the_same_one_twice,
	    without_events_for_hang_ups_alone, half_closed, urgent_bytes, regular_file_among_them,
	    kill_and_close_end_it, wait_fd_natively, wait_fd_tells_what_holds};

	return run_suite("poller_many", tests, sizeof(tests) / sizeof(tests[0]));
}
