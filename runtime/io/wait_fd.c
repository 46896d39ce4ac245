#include "poller.h"
#include "runtime/greenload.h"
#include "runtime/sched/hub.h"
#include "runtime/sys/fail.h"
#include <math.h>
#include <poll.h>

/* A negative timeout waits for ever. */
static int poll_natively(struct pollfd *fds, nfds_t n, double timeout)
{
	struct timespec span = timespec_of(
	    timeout < 9e9 ? (nanos)(timeout < 0 ? 0 : timeout * 1e9) : NANOS_PER_SEC * 9000000000ull);
	int ready = sys_poll(fds, n, timeout < 0 ? NULL : &span);

	return ready < 0 ? fail(-ready) : ready;
}

static int park_on(const struct pollfd *fds, nfds_t n, const struct wait_options *until)
{
	if (n == 1 && fds->fd >= 0 && (fds->events == POLLIN || fds->events == POLLOUT))
		return park_on_fd(fds->fd, fds->events, until);
	return park_on_fds(fds, n, until);
}

/* As poll(2): polls at first and, if no descriptor is ready, waits for a change. */
static int wait_for_any(struct pollfd *fds, nfds_t n, const struct wait_options *until)
{
	int ready, error = 0;

	while ((ready = sys_poll(fds, n, &(struct timespec){0})) == 0 && !error) {
		error = park_on(fds, n, until);
		if (error == EBADF) /* closed meanwhile: the next poll returns POLLNVAL */
			error = 0;
	}
	if (ready < 0)
		return fail(-ready);
	if (ready || (error == ETIMEDOUT && is_over(until)))
		return ready;
	return fail(error);
}

int green_wait_fds(struct pollfd *fds, nfds_t n, double timeout)
{
	struct wait_options until = {.on_signal = SIGNAL_ENDS};

	if (isnan(timeout) || (!fds && n))
		return fail(EINVAL);
	if (!self)
		return poll_natively(fds, n, timeout);
	until.deadline = deadline_after(timeout);
	if (n > 1)
		until.what = "one of several descriptors";
	self->wait.call = 0;
	return wait_for_any(fds, n, &until);
}

int green_wait_fd(int fd, int events, double timeout)
{
	struct pollfd entry = {.fd = fd, .events = (short)events};
	int ready;

	if (!(events & (POLLIN | POLLOUT)) || (events & ~(POLLIN | POLLOUT)))
		return fail(EINVAL);
	if (fd < 0)
		return isnan(timeout) ? fail(EINVAL) : POLLNVAL;
	ready = green_wait_fds(&entry, 1, timeout);
	return ready > 0 ? entry.revents : ready;
}

void green_cancel_wait(int fd)
{
	poller_forget(fd);
}
