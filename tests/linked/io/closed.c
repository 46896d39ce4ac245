/* A descriptor is closed, replaced or shut down while a greenlet waits for it. */
#include "tests/linked/net.h"
#include "tests/programs/descriptor/unseen.h"
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/uio.h>

static int fd;
static char byte;

static void *wait_in_read(void *unused)
{
	(void)unused;
	return (void *)(read(fd, &byte, 1) < 0 ? -(long)errno : 0);
}

static void *wait_in_recv(void *unused)
{
	(void)unused;
	return (void *)(recv(fd, &byte, 1, 0) < 0 ? -(long)errno : 0);
}

static void *wait_in_write(void *unused)
{
	static char bytes[1 << 20];

	(void)unused;
	return (void *)(write(fd, bytes, sizeof(bytes)) < 0 ? -(long)errno : 0);
}

static void *wait_in_writev(void *unused)
{
	static char bytes[1 << 20];
	struct iovec two[2] = {{bytes, sizeof(bytes)}, {bytes, sizeof(bytes)}};

	(void)unused;
	return (void *)(writev(fd, two, 2) < 0 ? -(long)errno : 0);
}

static void *wait_in_poll(void *unused)
{
	struct pollfd entry = {.fd = fd, .events = POLLIN};

	(void)unused;
	return (void *)(poll(&entry, 1, -1) < 0 ? -(long)errno : entry.revents);
}

static void *wait_for_urgent(void *unused)
{
	struct pollfd entry = {.fd = fd, .events = POLLIN | POLLPRI};

	(void)unused;
	return (void *)(poll(&entry, 1, -1) < 0 ? -(long)errno : entry.revents);
}

static void *wait_in_select(void *unused)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	(void)unused;
	return (void *)(select(fd + 1, &set, NULL, NULL, NULL) < 0 ? -(long)errno : 0);
}

static void *wait_in_epoll(void *unused)
{
	struct epoll_event event;

	(void)unused;
	return (void *)(epoll_wait(fd, &event, 1, -1) < 0 ? -(long)errno : 0);
}

static void *wait_in_accept(void *unused)
{
	(void)unused;
	return (void *)(accept(fd, NULL, NULL) < 0 ? -(long)errno : 0);
}

static void close_it(int end)
{
	must("close", close(end));
}

static void replace_it(int end)
{
	int other = (int)must("open", open("/dev/null", O_RDWR));

	expect_equal("dup2", dup2(other, end), end);
	close(other);
}

static void close_range_of_it(int end)
{
	must("close_range", close_range((unsigned)end, (unsigned)end, 0));
}

static void *close_on_thread(void *end)
{
	must("close", close(*(int *)end));
	return NULL;
}

static void close_by_thread(int end)
{
	pthread_t thread;

	must("pthread_create", -pthread_create(&thread, NULL, close_on_thread, &end));
	pthread_join(thread, NULL);
}

/* Some turns, as the torture build gives way on the way to a wait. */
static void let_it_wait(double meanwhile)
{
	int i;

	for (i = 0; i < 10; i++)
		green_yield();
	green_sleep(meanwhile);
}

/*
 * A wait goes on when its descriptor is closed, and answers what then comes to the file by its peer; the event loop may
 * have learnt of the wait before, or not yet.
 */
static long answer_to(green_fn *wait, void (*take_away)(int fd), int peer, double meanwhile)
{
	green_t *g = must_spawn(wait, NULL);

	let_it_wait(meanwhile);
	take_away(fd);
	if (peer >= 0)
		must("write", write(peer, "x", 1));
	return (long)must_join(g);
}

static void with_pair(const char *what, green_fn *wait, void (*take_away)(int fd), bool is_written, long expected)
{
	int ends[2];

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	fd = ends[0];
	expect_equal(what, answer_to(wait, take_away, is_written ? ends[1] : -1, 0.002), expected);
	close(fd);
	close(ends[1]);
}

static void with_pipe(const char *what, void (*take_away)(int fd), long expected)
{
	int ends[2];

	must("pipe", pipe(ends));
	fd = ends[0];
	expect_equal(what, answer_to(wait_in_read, take_away, ends[1], 0), expected);
	close(fd);
	close(ends[1]);
}

static void with_listener(const char *what, void (*take_away)(int fd))
{
	struct sockaddr_in at;
	green_t *g;
	int s;

	fd = listen_anywhere(&at, 5);
	g = must_spawn(wait_in_accept, NULL);
	let_it_wait(0);
	take_away(fd);
	s = (int)must("socket", socket(AF_INET, SOCK_STREAM, 0));
	must("connect", connect(s, (struct sockaddr *)&at, sizeof(at)));
	expect_equal(what, (long)must_join(g), 0);
	close(s);
}

static void with_epoll(const char *what, void (*take_away)(int fd))
{
	struct epoll_event event = {.events = EPOLLIN};
	int ends[2];

	must("pipe", pipe(ends));
	fd = (int)must("epoll_create1", epoll_create1(0));
	must("epoll_ctl", epoll_ctl(fd, EPOLL_CTL_ADD, ends[0], &event));
	expect_equal(what, answer_to(wait_in_epoll, take_away, ends[1], 0.002), 0);
	close(ends[0]);
	close(ends[1]);
}

static void all_ways_to_close(void)
{
	static void (*const ways[])(int fd) = {close_it, close_range_of_it, close_by_thread};
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		with_pair("read of what is closed", wait_in_read, ways[i], true, 0);
		with_pair("recv of what is closed", wait_in_recv, ways[i], true, 0);
		with_pair("poll of what is closed", wait_in_poll, ways[i], true, POLLNVAL);
		with_pair("poll of what is closed, for more", wait_for_urgent, ways[i], true, POLLNVAL);
		with_pair("select of what is closed", wait_in_select, ways[i], true, 0);
		with_pipe("read of a pipe that is closed", ways[i], 0);
		with_listener("accept on what is closed", ways[i]);
		with_epoll("epoll_wait on what is closed", ways[i]);
	}
}

static void *write_late(void *to)
{
	green_sleep(0.002);
	must("write", write(*(int *)to, "x", 1));
	return NULL;
}

/* The number is another file's before anybody has heard of the close: who waits for the old one does not get its bytes.
 */
static void unseen_ways(void)
{
	int ends[2] = {-1, -1};
	green_t *g;

	must("pipe", unseen(SYS_pipe2, (long)ends, 0, 0, 0));
	fd = ends[0];
	g = must_spawn(wait_in_read, NULL);
	green_sleep(0.002);
	must("close", unseen(SYS_close, ends[0], 0, 0, 0));
	must("close", unseen(SYS_close, ends[1], 0, 0, 0));
	must("pipe", unseen(SYS_pipe2, (long)ends, 0, 0, 0));
	expect_equal("the number", ends[0], fd);
	must_spawn(write_late, &ends[1]);
	expect_equal("read of the new file", (long)wait_in_read(NULL), 0);
	expect_equal("read of the old one", (long)must_join(g), -EBADF);
	unseen(SYS_close, ends[0], 0, 0, 0);
	unseen(SYS_close, ends[1], 0, 0, 0);
}

static void shut_for_reading(int end)
{
	must("shutdown", shutdown(end, SHUT_RD));
}

static void shut_for_writing(int end)
{
	must("shutdown", shutdown(end, SHUT_WR));
}

static volatile sig_atomic_t pipes_broken;

static void count_broken_pipe(int signo)
{
	(void)signo;
	pipes_broken++;
}

static int lone_end(void)
{
	int ends[2];

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	close(ends[1]);
	return ends[0];
}

static void *close_the_peer(void *peer)
{
	green_sleep(0.002);
	must("close", close(*(int *)peer));
	return NULL;
}

static void peer_goes_away(void)
{
	int ends[2];
	green_t *g;

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	fd = ends[0];
	g = must_spawn(close_the_peer, &ends[1]);
	expect_equal("read", (long)wait_in_read(NULL), 0);
	must_join(g);
	expect_failure("send", send(fd, "x", 1, MSG_NOSIGNAL), EPIPE);
	close(fd);
}

int main(void)
{
	signal(SIGPIPE, count_broken_pipe);
	all_ways_to_close();
	unseen_ways();
	with_pair("read of what is replaced", wait_in_read, replace_it, true, 0);
	with_pair("read of what is shut down", wait_in_read, shut_for_reading, false, 0);
	with_pair("write to what is shut down, as far as it came", wait_in_write, shut_for_writing, false, 0);
	with_pair("writev to what is shut down, as far as it came", wait_in_writev, shut_for_writing, false, 0);
	expect_equal("signals of what told a count", pipes_broken, 0);
	expect_failure("write", write(lone_end(), "x", 1), EPIPE);
	expect_equal("signals", pipes_broken, 1);
	peer_goes_away();
	return verdict();
}
