/* Waiting for several descriptors at once, and for events that libev does not know. */
#include "hub.h"
#include "leaving.h"
#include "poller.h"
#include "watch.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define ON_STACK 16

/* What epoll refuses, as a regular file, is ready for bytes at any time, and for nothing else ever. */
#define BYTES (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM)

/* Two waiters for each descriptor: it may be waited for in both directions. */
static int watch_entry(struct hub *hub, struct waiter *two, const struct pollfd *entry)
{
	int error = 0;

	if (entry->events & POLLIN)
		error = watch_fd(hub, &two[0], entry->fd, POLLIN);
	if (!error && (entry->events & POLLOUT))
		error = watch_fd(hub, &two[1], entry->fd, POLLOUT);
	return error;
}

struct watching {
	struct leavable stay;
	struct waiter *waiters, on_stack[2 * ON_STACK];
	nfds_t count;
};

static void stop_watching(struct watching *watching)
{
	nfds_t i;

	for (i = 0; i < watching->count; i++)
		queue_leave(&watching->waiters[i]);
	watching->count = 0;
	if (watching->waiters != watching->on_stack)
		free(watching->waiters);
	watching->waiters = watching->on_stack;
}

/* It is the first member. */
static void leave_watching(struct leavable *stay)
{
	stop_watching((struct watching *)stay);
}

static int park_watching(const struct pollfd *fds, nfds_t n, struct watching *watching, const struct until *until)
{
	static const struct way_to_leave out_of_queues = {.leave = leave_watching};
	int error = 0;
	nfds_t i;

	wait_begins(&watching->stay, &out_of_queues);
	for (i = 0; i < n && !error; i++) {
		if (fds[i].fd >= 0)
			error = watch_entry(self->hub, &watching->waiters[2 * i], &fds[i]);
	}
	if (!error)
		error = park(until);
	stop_watching(watching);
	wait_ends(&watching->stay);
	return error;
}

/* poll's events have the values of epoll's. An entry that comes again is watched for all that its twins ask for. */
static int add_to_epoll(int epoll_fd, const struct pollfd *fds, nfds_t i)
{
	struct epoll_event event = {.events = (uint32_t)fds[i].events};
	int error = -sys_epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fds[i].fd, &event);
	nfds_t twin;

	if (error == 0 || (error == EPERM && !(fds[i].events & BYTES)))
		return 0;
	if (error != EEXIST)
		return error;
	for (twin = 0; twin < i; twin++) {
		if (fds[twin].fd == fds[i].fd)
			event.events |= (uint32_t)fds[twin].events;
	}
	return -sys_epoll_ctl(epoll_fd, EPOLL_CTL_MOD, fds[i].fd, &event);
}

struct on_epoll {
	struct leavable stay;
	int fd; /* -1: closed */
};

static void close_epoll(struct on_epoll *on)
{
	if (on->fd < 0)
		return;
	poller_forget(on->fd);
	sys_close(on->fd);
	on->fd = -1;
}

static void leave_epoll(struct leavable *stay)
{
	close_epoll((struct on_epoll *)stay);
}

/* An epoll instance is a descriptor that is readable when one of its own is ready, for whatever events. */
static int park_on_epoll(const struct pollfd *fds, nfds_t n, const struct until *until)
{
	static const struct way_to_leave out_of_epoll = {.leave = leave_epoll};
	struct on_epoll on = {.fd = sys_epoll_create(EPOLL_CLOEXEC)};
	int error = 0;
	nfds_t i;

	if (on.fd < 0)
		return ENOMEM;
	wait_begins(&on.stay, &out_of_epoll);
	for (i = 0; i < n && !error; i++) {
		if (fds[i].fd >= 0)
			error = add_to_epoll(on.fd, fds, i);
	}
	/* What is refused (EPERM) is ready; to be closed is an event, too. */
	if (error == EPERM || error == EBADF)
		error = 0;
	else if (!error)
		error = park_on_fd(on.fd, POLLIN, until);
	close_epoll(&on);
	wait_ends(&on.stay);
	return error;
}

static bool libev_knows(const struct pollfd *fds, nfds_t n)
{
	nfds_t i;

	for (i = 0; i < n; i++) {
		short events = fds[i].events;

		if (fds[i].fd >= 0 && (!(events & (POLLIN | POLLOUT)) || (events & ~(POLLIN | POLLOUT))))
			return false;
	}
	return true;
}

int park_on_fds(const struct pollfd *fds, nfds_t n, const struct until *until)
{
	struct watching watching;

	if (!libev_knows(fds, n))
		return park_on_epoll(fds, n, until);
	watching.count = 2 * n;
	watching.waiters = n > ON_STACK ? malloc(2 * n * sizeof(struct waiter)) : watching.on_stack;
	if (!watching.waiters)
		return ENOMEM;
	memset(watching.waiters, 0, 2 * n * sizeof(struct waiter));
	return park_watching(fds, n, &watching, until);
}
