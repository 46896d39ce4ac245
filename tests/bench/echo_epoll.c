/*
 * echo_epoll: an echo server by hand, the reference of echo_green.c. Level-triggered, a descriptor is added once; a
 * request costs a read, a write and its share of an epoll_wait. Runs until it is ended.
 */
#include "echo.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>

#define BATCH 512

static void watch(int epoll, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		err(1, "epoll_ctl");
}

static void accept_all(int epoll, int listener)
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0)
		watch(epoll, fd);
	if (errno != EAGAIN)
		err(1, "accept4");
}

/* A peer that does not read what it asked for holds up the others here; the client of this benchmark reads. */
static int write_all(int fd, const char *buffer, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, buffer, size);

		if (n < 0 && errno != EAGAIN)
			return -1;
		if (n < 0)
			poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
		else
			buffer += n, size -= (size_t)n;
	}
	return 0;
}

static void answer(int fd)
{
	char buffer[BUFFER_SIZE];
	ssize_t n = read(fd, buffer, sizeof(buffer));

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0 || write_all(fd, buffer, (size_t)n) < 0)
		close(fd);
}

int main(void)
{
	struct epoll_event ready[BATCH];
	int listener = listen_on_loopback(SOCK_NONBLOCK);
	int epoll = epoll_create1(0);

	if (epoll < 0)
		err(1, "epoll_create1");
	signal(SIGPIPE, SIG_IGN);
	watch(epoll, listener);
	for (;;) {
		int n = epoll_wait(epoll, ready, BATCH, -1);

		if (n < 0 && errno != EINTR)
			err(1, "epoll_wait");
		for (int i = 0; i < n; i++)
			if (ready[i].data.fd == listener)
				accept_all(epoll, listener);
			else
				answer(ready[i].data.fd);
	}
}
