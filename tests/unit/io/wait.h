/* A greenlet that waits for one descriptor. */
#ifndef WAIT_H
#define WAIT_H

#include "runtime/io/poller.h"
#include "runtime/sys/clock.h"
#include "tests/unit/suite.h"
#include <sys/socket.h>

struct wait {
	int fd;
	short events;
	double patience;
	int answer;
};

/* A park may end without cause: the descriptor is looked at, as everybody who parks does. */
static inline void *wait_for(void *arg)
{
	struct wait *wait = arg;
	struct wait_options until = {.deadline = deadline_after(wait->patience)};
	struct pollfd entry = {.fd = wait->fd, .events = wait->events};

	do
		wait->answer = park_on_fd(wait->fd, wait->events, &until);
	while (!wait->answer && poll(&entry, 1, 0) == 0);
	return NULL;
}

static inline green_t *spawn_waiting(struct wait *wait)
{
	green_t *g = must_spawn(wait_for, wait);

	ck_assert_int_eq(green_sleep(0.001), 0);
	return g;
}

static inline void make_pair(int *ends)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
}

static inline void fill(int fd)
{
	static const char bytes[65536];

	while (write(fd, bytes, sizeof(bytes)) > 0)
		;
	ck_assert_int_eq(errno, EAGAIN);
}

static inline void empty(int fd)
{
	static char bytes[65536];

	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
}

#endif
