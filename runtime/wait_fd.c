#include "fail.h"
#include "greenlet.h"
#include "poller.h"
#include <limits.h>
#include <math.h>
#include <poll.h>

/* In milliseconds, rounded up, as poll(2) has it. */
static int milliseconds(double timeout)
{
	double ms = timeout * 1e3;

	if (timeout < 0 || ms >= INT_MAX)
		return timeout < 0 ? -1 : INT_MAX;
	return (int)ms + (ms > (int)ms);
}

/* The events that hold now; 0: none, -1: poll failed. */
static int ask(struct pollfd *entry, int ms)
{
	int n = poll(entry, 1, ms);

	return n > 0 ? entry->revents : n;
}

int green_wait_fd(int fd, int events, double timeout)
{
	struct pollfd entry = {.fd = fd, .events = (short)events};
	struct until until = {.on_signal = SIGNAL_ENDS};
	int held, error = 0;

	if (isnan(timeout) || !(events & (POLLIN | POLLOUT)) || (events & ~(POLLIN | POLLOUT)))
		return fail(EINVAL);
	if (fd < 0)
		return POLLNVAL;
	if (!self)
		return ask(&entry, milliseconds(timeout));
	until.deadline = deadline_after(timeout);
	while ((held = ask(&entry, 0)) == 0 && !error) {
		error = park_on_fds(&entry, 1, &until);
		if (error == EBADF) /* closed meanwhile: the next look says POLLNVAL */
			error = 0;
	}
	if (held || (error == ETIMEDOUT && is_over(&until)))
		return held;
	return fail(error);
}
