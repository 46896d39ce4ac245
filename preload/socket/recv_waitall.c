/* Going on after the first bytes: MSG_WAITALL and SO_RCVLOWAT on streams, also if the caller only peeks. */
#include "recv.h"
#include "runtime/sys/user_memory.h"
#include <sys/epoll.h>
#include <sys/syscall.h>

bool wants_more_than_some(const struct blocking *call, int flags)
{
	if (!call->green || !(call->traits & FD_STREAM) || (flags & (MSG_OOB | MSG_ERRQUEUE)))
		return false;
	return (flags & MSG_WAITALL) || (call->traits & FD_RCVLOWAT);
}

size_t control_room(const struct msghdr *msg)
{
	return is_readable(&msg->msg_controllen) ? msg->msg_controllen : 0;
}

/* The kernel ends the call with the bytes that brought descriptors. */
static bool brought_descriptors(struct msghdr *msg)
{
	struct cmsghdr *part;

	for (part = CMSG_FIRSTHDR(msg); part; part = CMSG_NXTHDR(msg, part))
		if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS)
			return true;
	return false;
}

static ssize_t attempt_more(struct blocking *call, struct incoming *in, size_t done)
{
	struct window window = window_after(in->msg->msg_iov, in->msg->msg_iovlen, done);
	struct msghdr more = {.msg_iov = window.pieces,
	    .msg_iovlen = window.count,
	    .msg_control = in->msg->msg_control,
	    .msg_controllen = in->control_room};
	ssize_t n;

	if (waits_first(call))
		return -1;
	if (error_comes_next(call)) {
		errno = ECONNRESET;
		return -1;
	}
	n = libc.recvmsg(call->fd, &more, in->flags | MSG_DONTWAIT);
	if (n > 0) {
		note_progress(call, n, window.length);
		in->msg->msg_flags |= more.msg_flags;
		if (more.msg_controllen)
			in->msg->msg_controllen = more.msg_controllen;
	}
	return n;
}

static ssize_t consume_rest(struct blocking *call, struct incoming *in, size_t done, size_t target)
{
	ssize_t n = (ssize_t)done;

	do {
		if (brought_descriptors(in->msg))
			break;
		n = attempt_more(call, in, done);
		if (n > 0)
			done += (size_t)n;
	} while (n < 0 ? park_until_ready(call) : n > 0 && goes_on(call, n, done, target));
	return (ssize_t)done;
}

/* An epoll instance that becomes readable each time that more bytes arrive at fd, and when the stream has ended. */
static int watch_for_more(int fd)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET};
	int watch = sys_epoll_create(EPOLL_CLOEXEC);

	if (watch < 0 || sys_epoll_ctl(watch, EPOLL_CTL_ADD, fd, &event) == 0)
		return watch;
	libc.close(watch);
	return -1;
}

/* One peek at all there is. If the stream had ended before it, *ended is set, and this peek is the last. */
static ssize_t peek_again(const struct blocking *call, const struct incoming *in, int watch, bool *ended)
{
	struct msghdr again = {.msg_iov = in->msg->msg_iov, .msg_iovlen = in->msg->msg_iovlen};
	struct epoll_event event;

	libc.epoll_wait(watch, &event, 1, 0);
	*ended = ready_events(call->fd, POLLRDHUP) & (POLLRDHUP | POLLHUP | POLLERR);
	return libc.recvmsg(call->fd, &again, in->flags | MSG_DONTWAIT);
}

static ssize_t peek_until(struct blocking *call, const struct incoming *in, ssize_t seen, ssize_t target)
{
	struct blocking wait = blocking_elsewhere(call, watch_for_more(call->fd));
	bool ended;
	ssize_t n;

	if (wait.fd < 0)
		return seen;
	do {
		n = peek_again(call, in, wait.fd, &ended);
		if (n > seen)
			seen = n;
		errno = EAGAIN;
	} while (n > 0 && n < target && !ended && park_holding(&wait, call));
	fd_forget(wait.fd);
	libc.close(wait.fd);
	return seen;
}

/*
 * Peeked bytes stay, so the socket stays readable; but each arrival is an edge. Only TCP waits for a peek to be
 * complete: other protocols return what there is.
 */
static ssize_t peek_rest(struct blocking *call, const struct incoming *in, ssize_t seen, size_t target)
{
	int domain = socket_option(call->fd, SO_DOMAIN);

	if (domain != AF_INET && domain != AF_INET6)
		return seen;
	find_time_limit(call);
	call->until.on_signal = SIGNAL_ENDS;
	return peek_until(call, in, seen, (ssize_t)target);
}

static size_t wanted(const struct blocking *call, const struct incoming *in)
{
	size_t length = iov_length(in->msg->msg_iov, in->msg->msg_iovlen);
	size_t least = (size_t)socket_option(call->fd, SO_RCVLOWAT);

	return (in->flags & MSG_WAITALL) || least > length ? length : least;
}

/* With bytes to return, any signal handler ends the call, SA_RESTART or not. */
ssize_t receive_rest(struct blocking *call, struct incoming *in, ssize_t got)
{
	size_t target = wanted(call, in);

	if ((size_t)got >= target)
		return got;
	if (in->flags & MSG_PEEK)
		return peek_rest(call, in, got, target);
	call->until.on_signal = SIGNAL_ENDS;
	return consume_rest(call, in, (size_t)got, target);
}
