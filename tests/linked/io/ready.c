/* poll, select and epoll_wait of several greenlets at once. */
#include "tests/linked/expect.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

static int epoll_fd;

struct turn {
	int result, fd;
};

static void *wait_for_event(void *arg)
{
	struct turn *turn = arg;
	struct epoll_event event;

	turn->result = epoll_wait(epoll_fd, &event, 1, 5000);
	turn->fd = turn->result > 0 ? event.data.fd : -1;
	return NULL;
}

static void watch(int operation, int fd, unsigned events)
{
	must("epoll_ctl", epoll_ctl(epoll_fd, operation, fd, &(struct epoll_event){events, {.fd = fd}}));
}

/* Two greenlets wait at one instance; each event goes to one of them. */
static void share_events(int (*pipes)[2])
{
	struct turn turns[2];
	green_t *g[2];
	int i;

	for (i = 0; i < 2; i++)
		g[i] = must_spawn(wait_for_event, &turns[i]);
	green_sleep(0.005);
	for (i = 0; i < 2; i++) {
		must("write", write(pipes[i][1], "x", 1));
		green_sleep(0.005);
	}
	for (i = 0; i < 2; i++) {
		must_join(g[i]);
		expect_equal("epoll_wait", turns[i].result, 1);
	}
	expect("each event went to another greenlet", turns[0].fd != turns[1].fd);
	for (i = 0; i < 2; i++)
		expect("its event is one of ours", turns[i].fd == pipes[0][0] || turns[i].fd == pipes[1][0]);
}

static void use_one_epoll(void)
{
	int pipes[2][2], i;
	char byte;

	epoll_fd = (int)must("epoll_create1", epoll_create1(EPOLL_CLOEXEC));
	for (i = 0; i < 2; i++)
		must("pipe", pipe(pipes[i]));
	watch(EPOLL_CTL_ADD, pipes[0][0], EPOLLIN | EPOLLONESHOT);
	watch(EPOLL_CTL_ADD, pipes[1][0], EPOLLIN | EPOLLET);
	share_events(pipes);
	must("read", read(pipes[0][0], &byte, 1));
	watch(EPOLL_CTL_MOD, pipes[0][0], EPOLLIN | EPOLLET);
	share_events(pipes);
}

enum { MANY = 300 };

static int served;

static void *poll_for_byte(void *fd)
{
	struct pollfd entry = {.fd = *(int *)fd, .events = POLLIN};
	char byte;

	expect_equal("poll", poll(&entry, 1, 10000), 1);
	expect_equal("revents", entry.revents, POLLIN);
	expect_equal("read", read(entry.fd, &byte, 1), 1);
	served++;
	return NULL;
}

static void *select_for_byte(void *arg)
{
	int fd = *(int *)arg;
	fd_set set;
	char byte;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	expect_equal("select", select(fd + 1, &set, NULL, NULL, &(struct timeval){10, 0}), 1);
	expect("the descriptor is in the set", FD_ISSET(fd, &set));
	expect_equal("read", read(fd, &byte, 1), 1);
	served++;
	return NULL;
}

static void use_many(void)
{
	static int pipes[MANY][2];
	green_t *g[MANY];
	int i;

	for (i = 0; i < MANY; i++) {
		must("pipe", pipe(pipes[i]));
		g[i] = must_spawn(i % 2 ? poll_for_byte : select_for_byte, &pipes[i][0]);
	}
	green_sleep(0.01);
	for (i = MANY - 1; i >= 0; i--)
		expect_equal("write", write(pipes[i][1], "x", 1), 1);
	for (i = 0; i < MANY; i++)
		must_join(g[i]);
	expect_equal("served", served, MANY);
}

/* All greenlets wait for the same descriptor: each byte is for one, and nobody is forgotten. */
static void use_one_pipe(void)
{
	green_t *g[20];
	int ends[2], i;

	must("pipe", pipe(ends));
	served = 0;
	for (i = 0; i < 20; i++)
		g[i] = must_spawn(i % 2 ? poll_for_byte : select_for_byte, &ends[0]);
	green_sleep(0.005);
	for (i = 0; i < 20; i++)
		expect_equal("write", write(ends[1], "x", 1), 1);
	for (i = 0; i < 20; i++)
		must_join(g[i]);
	expect_equal("served from one pipe", served, 20);
}

static void *poll_in_vain(void *fd)
{
	double since = now();

	expect_equal("poll", poll(&(struct pollfd){.fd = *(int *)fd, .events = POLLIN}, 1, 20), 0);
	expect("poll waited", now() - since >= 0.02);
	return NULL;
}

static int look_at(struct pollfd *one, int milliseconds)
{
	one->revents = POLLNVAL;
	return poll(one, 1, milliseconds);
}

/* Callers such as libcurl look before they wait: that a look has found nothing must not outlive it. */
static void *look_then_wait(void *arg)
{
	int *ends = arg;
	struct pollfd one = {.fd = ends[0], .events = POLLIN};
	char byte;

	expect_equal("nothing there", look_at(&one, 0), 0);
	expect_equal("nothing comes", look_at(&one, 10), 0);
	expect_equal("no event", one.revents, 0);
	must("write", write(ends[1], "ab", 2));
	expect_equal("wait for what came since", look_at(&one, -1), 1);
	expect_equal("its event", one.revents, POLLIN);
	expect_equal("read it", read(ends[0], &byte, 1), 1);
	expect_equal("wait for the rest", look_at(&one, -1), 1);
	expect_equal("read the rest", read(ends[0], &byte, 1), 1);
	expect_equal("nothing left", look_at(&one, 0), 0);
	must("write", write(ends[1], "c", 1));
	expect_equal("read without a look", read(ends[0], &byte, 1), 1);
	expect_equal("nothing left", look_at(&one, 0), 0);
	close(ends[1]);
	expect_equal("wait for the end", look_at(&one, -1), 1);
	expect_equal("its event", one.revents, POLLHUP);
	close(ends[0]);
	expect_equal("closed", look_at(&one, 10), 1);
	expect_equal("its event", one.revents, POLLNVAL);
	return NULL;
}

int main(void)
{
	int ends[2], i;

	use_one_epoll();
	use_many();
	use_one_pipe();
	must("pipe", pipe(ends));
	must_join(must_spawn(look_then_wait, ends));
	must("pipe", pipe(ends));
	for (i = 0; i < 50; i++)
		green_detach(must_spawn(poll_in_vain, &ends[0]));
	while (green_count() > 1)
		poll(NULL, 0, 1);
	return verdict();
}
