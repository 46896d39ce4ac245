/* Waiting for several descriptors at once, and for events that libev does not know. */
#include "poller.h"
#include "runtime/offload/interruptible_call.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/wait_cleanup.h"
#include "runtime/sys/memory.h"
#include "runtime/sys/refusal.h"
#include "watch.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define ON_STACK 16

#define MOMENT (10 * NANOS_PER_MSEC)

/* What epoll refuses, such as a regular file, is always ready for bytes, and never for anything else. */
#define BYTES (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM)

/* Each descriptor has two waiters: it may be waited for in both directions. */
static int watch_entry(
    struct hub *hub, struct waiter *two, const struct pollfd *entry, const struct wait_options *until)
{
	int error = 0;

	if (entry->events & POLLIN)
		error = watch_fd(hub, &two[0], entry->fd, POLLIN, until);
	if (!error && (entry->events & POLLOUT))
		error = watch_fd(hub, &two[1], entry->fd, POLLOUT, until);
	return error;
}

struct watching {
	struct wait_record stay;
	struct waiter *waiters, on_stack[2 * ON_STACK];
	nfds_t count;
};

static void stop_watching(struct watching *watching)
{
	nfds_t i;

	for (i = 0; i < watching->count; i++) {
		queue_leave(&watching->waiters[i]);
		poller_leave_file(&watching->waiters[i]);
	}
	watching->count = 0;
	if (watching->waiters != watching->on_stack)
		memory_free(watching->waiters);
	watching->waiters = watching->on_stack;
}

/*
 * Stops watching at the end of a wait. If the call of this thread is the last user of a file, it closes the file, and
 * with SO_LINGER waits for the peer, as in the kernel.
 */
static void end_watching(struct watching *watching)
{
	nfds_t i;
	int kept_fd;

	for (i = 0; i < watching->count; i++)
		queue_leave(&watching->waiters[i]);
	for (i = 0; i < watching->count; i++) {
		kept_fd = (int)watching->waiters[i].kept_fd;
		watching->waiters[i].kept_fd = 0;
		if (kept_fd && poller_leave(kept_fd))
			close_kept_fd_here(kept_fd);
	}
	stop_watching(watching);
	pop_wait(&watching->stay);
}

/* The record is the first member. */
static void leave_watching(struct wait_record *stay)
{
	stop_watching((struct watching *)stay);
}

/* The child has none of the duplicates, and the owner of the queues is gone. */
static void forget_files(struct wait_record *stay)
{
	struct watching *watching = (struct watching *)stay;
	nfds_t i;

	for (i = 0; i < watching->count; i++) {
		watching->waiters[i].queue = NULL;
		watching->waiters[i].kept_fd = 0;
	}
}

static const struct wait_cleanup out_of_queues = {leave_watching, forget_files};

/* Returns false if there is no memory. After true, the caller must call stop_watching(). */
static bool prepare_watching(struct watching *watching, nfds_t count)
{
	watching->count = count;
	watching->waiters = count > 2 * (nfds_t)ON_STACK ? memory_alloc(count * sizeof(struct waiter))
							 : watching->on_stack;
	if (!watching->waiters)
		return false;
	memset(watching->waiters, 0, count * sizeof(struct waiter));
	return true;
}

static bool any_is_kept(const struct watching *watching)
{
	nfds_t i;

	for (i = 0; i < watching->count; i++) {
		if (watching->waiters[i].kept_fd)
			return true;
	}
	return false;
}

/*
 * To poll again would not help, as it finds the number closed: only an event on the file ends the wait, see poll(2) in
 * the kernel.
 */
static bool waits_for_closed(const struct watching *watching)
{
	nfds_t i;

	for (i = 0; i < watching->count; i++) {
		if (watching->waiters[i].is_woken)
			return false;
	}
	return any_is_kept(watching);
}

static int park_watching(
    const struct pollfd *fds, nfds_t n, struct watching *watching, const struct wait_options *until)
{
	int error = 0;
	nfds_t i;

	push_wait(&watching->stay, &out_of_queues);
	for (i = 0; i < n && !error; i++) {
		if (fds[i].fd >= 0)
			error = watch_entry(self->hub, &watching->waiters[2 * i], &fds[i], until);
	}
	if (!error) {
		do
			error = park(until);
		while (!error && waits_for_closed(watching));
	}
	end_watching(watching);
	return error;
}

/*
 * poll's events have the values of epoll's. A descriptor that is listed again is watched for the events of all its
 * entries.
 */
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
	struct wait_record stay;
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

static void leave_epoll(struct wait_record *stay)
{
	close_epoll((struct on_epoll *)stay);
}

/*
 * A descriptor that is closed is dropped from the epoll instance with the last reference to its file. So a waiter that
 * the loop passes over is registered at each descriptor, and a close leaves it a duplicate.
 */
static int park_holding_files(
    int epoll_fd, const struct pollfd *fds, nfds_t n, struct watching *watching, const struct wait_options *until)
{
	int error = 0;
	nfds_t i;

	push_wait(&watching->stay, &out_of_queues);
	for (i = 0; i < n && !error; i++) {
		if (fds[i].fd >= 0)
			error = hold_file(self->hub, &watching->waiters[i], fds[i].fd, until && until->keeps_file);
	}
	if (!error) {
		do
			error = park_on_fd(epoll_fd, POLLIN, until);
		while (!error && !self->waiter.is_woken && any_is_kept(watching));
	}
	end_watching(watching);
	return error;
}

/* If no descriptor is available for it, or epoll is refused, an offload thread polls. */
static int park_on_poll(const struct pollfd *fds, nfds_t n, const struct wait_options *until)
{
	struct pollfd on_stack[ON_STACK], *copy = n > ON_STACK ? memory_alloc(n * sizeof(*copy)) : on_stack;
	const long call[7] = {SYS_ppoll, (long)copy, (long)n};
	struct wait_options moment = *until;
	long result;
	int error;

	if (!copy)
		return ENOMEM;
	memcpy(copy, fds, n * sizeof(*copy));
	result = make_long_call(call, until);
	if (copy != on_stack)
		memory_free(copy);
	if (result != NO_LONG_CALL)
		return result < 0 ? (int)-result : 0;
	/* No OS thread is available either: the caller looks again after a moment. */
	moment.deadline = nanos_add(clock_now(), MOMENT);
	if (moment.deadline >= until->deadline)
		return park(until);
	error = park(&moment);
	return error == ETIMEDOUT ? 0 : error;
}

/* An epoll instance is itself readable when one of its descriptors is ready, for whatever events. */
static int park_on_epoll(const struct pollfd *fds, nfds_t n, const struct wait_options *until)
{
	static const struct wait_cleanup out_of_epoll = {.abandon = leave_epoll};
	struct on_epoll on = {.fd = was_refused(REFUSED_EPOLL) ? -1 : sys_epoll_create(EPOLL_CLOEXEC)};
	struct watching watching;
	int error = 0;
	nfds_t i;

	if (on.fd < 0)
		return park_on_poll(fds, n, until);
	push_wait(&on.stay, &out_of_epoll);
	for (i = 0; i < n && !error; i++) {
		if (fds[i].fd >= 0)
			error = add_to_epoll(on.fd, fds, i);
	}
	if (epoll_is_refused(error)) {
		close_epoll(&on);
		pop_wait(&on.stay);
		return park_on_poll(fds, n, until);
	}
	/* A descriptor that epoll refuses (EPERM) is ready; a closed one is an event, too. */
	if (error == EPERM || error == EBADF)
		error = 0;
	else if (!error)
		error = prepare_watching(&watching, n) ? park_holding_files(on.fd, fds, n, &watching, until) : ENOMEM;
	close_epoll(&on);
	pop_wait(&on.stay);
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

int park_on_fds(const struct pollfd *fds, nfds_t n, const struct wait_options *until)
{
	struct watching watching;

	if (!libev_knows(fds, n))
		return park_on_epoll(fds, n, until);
	if (!prepare_watching(&watching, 2 * n))
		return ENOMEM;
	return park_watching(fds, n, &watching, until);
}
