/* epoll_wait and its kin: an epoll descriptor is readable when it has events, so it is waited for as any other. */
#include "calls.h"
#include "preload/core/blocking.h"
#include "preload/core/deadline.h"
#include "runtime/io/loop.h"
#include "runtime/sched/handlers.h"
#include "runtime/sched/mask.h"
#include "runtime/signal/dispatch.h"
#include "runtime/sys/refusal.h"
#include "runtime/sys/user_memory.h"

static int epoll_green(struct blocking *call, int epfd, struct epoll_event *events, int max)
{
	int n;

	call->until.on_stop = true;
	call->fd = epfd;
	call->events = POLLIN;
	call->traits = fd_traits(epfd);
	if (!(call->traits & FD_LISTENS)) /* see poll() */
		give_way(false);
	do {
		n = libc.epoll_wait(call->fd, events, max, 0);
		if (n == 0)
			errno = EAGAIN;
	} while (n == 0 && park_until_ready(call));
	if (n == 0 && errno != EAGAIN)
		n = -1;
	return (int)settled(call, n);
}

int epoll_wait(int epfd, struct epoll_event *events, int max, int timeout)
{
	struct blocking call = blocking_until(CALL_epoll_wait, FOR_EVER);

	act_on_cancellation(CALL_epoll_wait);
	if (goes_native(&call))
		return libc.epoll_wait(epfd, events, max, timeout);
	if (timeout == 0)
		return found_at_once(&call, libc.epoll_wait(epfd, events, max, 0));
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

int do_epoll_pwait(int epfd, struct epoll_event *events, int max, int timeout, const sigset_t *mask)
{
	struct blocking call = blocking_until(CALL_epoll_pwait, FOR_EVER);

	act_on_cancellation(CALL_epoll_pwait);
	if (has_no_greenlets() || is_wild_set(mask))
		return libc.epoll_pwait(epfd, events, max, timeout, mask);
	if (goes_native(&call))
		return epoll_pwait_native(epfd, events, max, timeout, mask);
	if (timeout == 0)
		return found_at_once(&call, epoll_pwait_native(epfd, events, max, 0, mask));
	call.until.deadline = deadline_in(timeout);
	call.until.mask = mask;
	return epoll_green(&call, epfd, events, max);
}
synonym(epoll_pwait, do_epoll_pwait);

static int epoll_pwait2_native(
    int epfd, struct epoll_event *events, int max, const struct timespec *timeout, const sigset_t *mask)
{
	uint64_t before = lend_mask(mask);
	int n = libc.epoll_pwait2(epfd, events, max, timeout, mask);

	take_back_mask(mask, before);
	return n;
}

int do_epoll_pwait2(int epfd, struct epoll_event *events, int max, const struct timespec *timeout, const sigset_t *mask)
{
	struct blocking call = blocking_until(CALL_epoll_pwait2, FOR_EVER);

	act_on_cancellation(CALL_epoll_pwait2);
	if (has_no_greenlets() || is_wild_set(mask))
		return libc.epoll_pwait2(epfd, events, max, timeout, mask);
	if (goes_native(&call))
		return epoll_pwait2_native(epfd, events, max, timeout, mask);
	if ((timeout && !is_readable_time(timeout)) || !lets_wait(timeout))
		return found_at_once(&call, epoll_pwait2_native(epfd, events, max, timeout, mask));
	call.until.deadline = deadline_of(timeout);
	call.until.mask = mask;
	return epoll_green(&call, epfd, events, max);
}
synonym(epoll_pwait2, do_epoll_pwait2);

/* A wait for an epoll instance that watches a listener goes first, as one for the listener itself does. */
int epoll_ctl(int epfd, int operation, int fd, struct epoll_event *event)
{
	int result = libc.epoll_ctl(epfd, operation, fd, event);

	if (result == 0 && unlikely(fd_traits(fd) & FD_LISTENS) && operation == EPOLL_CTL_ADD)
		fd_note(epfd, FD_LISTENS, 0);
	return result;
}
