/* Waiting for several descriptors at once, and for events that libev does not know. */
#include "hub.h"
#include "poller.h"
#include "watch.h"
#include <errno.h>
#include <stdlib.h>
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

static int park_watching(const struct pollfd *fds, nfds_t n, struct waiter *waiters, const struct until *until)
{
	int error = 0;
	nfds_t i;

	for (i = 0; i < n && !error; i++) {
		if (fds[i].fd >= 0)
			error = watch_entry(self->hub, &waiters[2 * i], &fds[i]);
	}
	if (!error)
		error = park(until);
	for (i = 0; i < 2 * n; i++)
		queue_leave(&waiters[i]);
	return error;
}

/* poll's events have the values of epoll's. An entry that comes again is watched for all that its twins ask for. */
static int add_to_epoll(int epoll_fd, const struct pollfd *fds, nfds_t i)
{
	struct epoll_event event = {.events = (uint32_t)fds[i].events};
	nfds_t twin;

	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fds[i].fd, &event) == 0)
		return 0;
	if (errno == EPERM && !(fds[i].events & BYTES))
		return 0;
	if (errno != EEXIST)
		return errno;
	for (twin = 0; twin < i; twin++) {
		if (fds[twin].fd == fds[i].fd)
			event.events |= (uint32_t)fds[twin].events;
	}
	return epoll_ctl(epoll_fd, EPOLL_CTL_MOD, fds[i].fd, &event) == 0 ? 0 : errno;
}

/* An epoll instance is a descriptor that is readable when one of its own is ready, for whatever events. */
static int park_on_epoll(const struct pollfd *fds, nfds_t n, const struct until *until)
{
	int epoll_fd = epoll_create1(EPOLL_CLOEXEC), error = 0;
	nfds_t i;

	if (epoll_fd < 0)
		return ENOMEM;
	for (i = 0; i < n && !error; i++) {
		if (fds[i].fd >= 0)
			error = add_to_epoll(epoll_fd, fds, i);
	}
	/* What is refused (EPERM) is ready; to be closed is an event, too. */
	if (error == EPERM || error == EBADF)
		error = 0;
	else if (!error)
		error = park_on_fd(epoll_fd, POLLIN, until);
	poller_forget(epoll_fd);
	raw_syscall(SYS_close, epoll_fd, 0, 0, 0, 0, 0);
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
	struct waiter on_stack[2 * ON_STACK] = {0}, *waiters = on_stack;
	int error;

	if (!libev_knows(fds, n))
		return park_on_epoll(fds, n, until);
	if (n > ON_STACK) {
		waiters = calloc(2 * n, sizeof(*waiters));
		if (!waiters)
			return ENOMEM;
	}
	error = park_watching(fds, n, waiters, until);
	if (waiters != on_stack)
		free(waiters);
	return error;
}
