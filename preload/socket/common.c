#include "common.h"

size_t iov_length(const struct iovec *iov, size_t count)
{
	size_t length = 0;

	for (size_t i = 0; i < count; i++)
		length += iov[i].iov_len;
	return length;
}

static void append_piece(struct window *window, const struct iovec *piece, size_t skip)
{
	struct iovec *last = &window->pieces[window->count++];

	last->iov_base = (char *)piece->iov_base + skip;
	last->iov_len = piece->iov_len - skip;
	window->length += last->iov_len;
}

struct window window_after(const struct iovec *iov, size_t count, size_t done)
{
	const size_t room = sizeof(((struct window *)NULL)->pieces) / sizeof(*iov);
	struct window window = {.count = 0};

	for (; count && window.count < room; iov++, count--) {
		size_t skip = done < iov->iov_len ? done : iov->iov_len;

		done -= skip;
		if (skip < iov->iov_len)
			append_piece(&window, iov, skip);
	}
	return window;
}

int socket_option(int fd, int option)
{
	int value = 0, error = errno;
	socklen_t size = sizeof(value);

	if (sys_getsockopt(fd, SOL_SOCKET, option, &value, &size) < 0)
		value = 0;
	errno = error;
	return value;
}

short ready_events(int fd, short events)
{
	struct pollfd entry = {.fd = fd, .events = events};
	int error = errno;

	poll_now(&entry, 1);
	errno = error;
	return entry.revents;
}

/*
 * POLLERR alone may mean the error queue. For a datagram socket nothing else tells the two apart, and either error will
 * do.
 */
bool error_comes_next(const struct blocking *call)
{
	int broken = call->traits & FD_STREAM ? POLLERR | POLLHUP : POLLERR;
	short revents = ready_events(call->fd, call->events);
	int bytes;

	if ((revents & broken) != broken)
		return false;
	return !(call->events & POLLIN) || libc.ioctl(call->fd, FIONREAD, &bytes) < 0 || bytes == 0;
}

void share_sent_descriptors(const struct msghdr *msg)
{
	const struct cmsghdr *part;
	size_t i, count;

	if (likely(!msg->msg_controllen))
		return;
	for (part = CMSG_FIRSTHDR(msg); part; part = CMSG_NXTHDR((struct msghdr *)msg, (struct cmsghdr *)part)) {
		if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
			continue;
		count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (i = 0; i < count; i++)
			fd_shared(((const int *)CMSG_DATA(part))[i]);
	}
}

void note_received_descriptors(struct msghdr *msg)
{
	struct cmsghdr *part;
	size_t i, count;

	if (likely(!msg->msg_controllen))
		return;
	for (part = CMSG_FIRSTHDR(msg); part; part = CMSG_NXTHDR(msg, part)) {
		if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
			continue;
		count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (i = 0; i < count; i++)
			fd_made(((const int *)CMSG_DATA(part))[i]);
	}
}
