/* epoll_wait and its kin: an epoll descriptor is readable when it has events, so it is waited for as any other. */
#include "../runtime/handlers.h"
#include "../runtime/interrupt.h"
#include "../runtime/mask.h"
#include "blocking.h"
#include "deadline.h"
#include "probe.h"
#include "stop.h"

#define MOST_AT_ONCE 128

static int epoll_green(struct blocking *call, int epfd, struct epoll_event *events, int max)
{
	int n;

	call->until.on_stop = true;
	call->fd = epfd;
	call->events = POLLIN;
	call->traits = fd_traits(epfd);
	do {
		n = libc.epoll_wait(call->fd, events, max, 0);
		if (n == 0)
			errno = EAGAIN;
	} while (n == 0 && park_until_ready(call));
	if (n == 0 && errno != EAGAIN)
		n = -1;
	return (int)settled(call, n);
}

/*
 * The event loop's own, on the hub. Of thousands that are ready, what the kernel has looked at would have dropped out
 * of the processor's caches before the last had its turn: so they are taken in small numbers. Where no handler has run,
 * the process may have been stopped and continued.
 */
static int wait_for_loop(int epfd, struct epoll_event *events, int max, int timeout)
{
	unsigned before;
	int n;

	if (torture_strikes(4)) {
		errno = EINTR;
		return -1;
	}
	before = handlers_run;
	n = libc.epoll_wait(epfd, events, max < MOST_AT_ONCE ? max : MOST_AT_ONCE, timeout);
	if (n < 0 && errno == EINTR && handlers_run == before && was_ended_by_stop())
		note_stop(hub_running);
	poller_fetch_ahead(hub_running, events, n);
	return n;
}

int epoll_wait(int epfd, struct epoll_event *events, int max, int timeout)
{
	struct blocking call = blocking_until(CALL_epoll_wait, FOR_EVER);

	if (hub_running)
		return wait_for_loop(epfd, events, max, timeout);
	if (timeout == 0 || goes_native(&call))
		return libc.epoll_wait(epfd, events, max, timeout);
	call.until.deadline = deadline_in(timeout);
	return epoll_green(&call, epfd, events, max);
}

static int epoll_pwait_native(int epfd, struct epoll_event *events, int max, int timeout, const sigset_t *mask)
{
	uint64_t before = lend_mask(mask);
	int n = libc.epoll_pwait(epfd, events, max, timeout, mask);

	take_back_mask(mask, before);
	return n;
}

int epoll_pwait(int epfd, struct epoll_event *events, int max, int timeout, const sigset_t *mask)
{
	struct blocking call = blocking_until(CALL_epoll_pwait, FOR_EVER);

	if (has_no_greenlets() || is_wild_set(mask))
		return libc.epoll_pwait(epfd, events, max, timeout, mask);
	if (timeout == 0 || goes_native(&call))
		return epoll_pwait_native(epfd, events, max, timeout, mask);
	call.until.deadline = deadline_in(timeout);
	call.until.mask = mask;
	return epoll_green(&call, epfd, events, max);
}

static int epoll_pwait2_native(
    int epfd, struct epoll_event *events, int max, const struct timespec *timeout, const sigset_t *mask)
{
	uint64_t before = lend_mask(mask);
	int n = libc.epoll_pwait2(epfd, events, max, timeout, mask);

	take_back_mask(mask, before);
	return n;
}

int epoll_pwait2(int epfd, struct epoll_event *events, int max, const struct timespec *timeout, const sigset_t *mask)
{
	struct blocking call = blocking_until(CALL_epoll_pwait2, FOR_EVER);

	if (has_no_greenlets() || is_wild_set(mask))
		return libc.epoll_pwait2(epfd, events, max, timeout, mask);
	if (goes_native(&call) || (timeout && !is_readable_time(timeout)) || !lets_wait(timeout))
		return (int)settled(&call, epoll_pwait2_native(epfd, events, max, timeout, mask));
	call.until.deadline = deadline_of(timeout);
	call.until.mask = mask;
	return epoll_green(&call, epfd, events, max);
}

/* The descriptor of our own event loop does not stay where the program expects its next one. */
int epoll_create1(int flags)
{
	return hub_adopt_epoll(libc.epoll_create1(flags));
}

/*
 * libev ends the process where the kernel refuses a descriptor: that happens when another OS thread closes it just
 * after a greenlet has begun to wait for it (EBADF), or when epoll instances watch each other too deeply (ELOOP,
 * EINVAL). EPERM it takes to mean a file, which is always ready: so who waits looks again, and the kernel tells why.
 */
int epoll_ctl(int epfd, int operation, int fd, struct epoll_event *event)
{
	int result = libc.epoll_ctl(epfd, operation, fd, event);

	if (result < 0 && hub_running && (errno == EBADF || errno == ELOOP || errno == EINVAL))
		errno = EPERM;
	return result;
}
