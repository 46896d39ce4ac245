/* recv and its variants. */
#include "recv.h"
#include "preload/core/transfer.h"

static ssize_t fetch(const struct blocking *call, const struct incoming *in, int flags)
{
	const struct msghdr *msg = in->msg;
	size_t count;

	if (!in->one_piece)
		return libc.recvmsg(call->fd, in->msg, flags);
	count = msg->msg_iov->iov_len;
	if (!call->green)
		return libc.recvfrom(call->fd, msg->msg_iov->iov_base, count, flags, msg->msg_name, in->name_length);
	if ((call->traits & FD_STREAM) && !(flags & (MSG_PEEK | MSG_OOB)))
		count = torture_cut(count);
	return receive_now(call->fd, msg->msg_iov->iov_base, count, flags, msg->msg_name, in->name_length);
}

static ssize_t attempt_receive(struct blocking *call, struct incoming *in)
{
	const int aside = MSG_OOB | MSG_ERRQUEUE; /* not from the queue that note_progress() is about */
	ssize_t n;

	if (goes_native(call))
		return fetch(call, in, in->flags);
	if (!(in->flags & aside) && waits_first(call))
		return -1;
	if (!in->one_piece && wants_more_than_some(call, in->flags))
		in->control_room = control_room(in->msg);
	n = fetch(call, in, in->flags | MSG_DONTWAIT);
	if (n > 0 && (call->traits & FD_STREAM) && !(in->flags & (aside | MSG_PEEK)))
		note_progress(call, n, iov_length(in->msg->msg_iov, in->msg->msg_iovlen));
	return n;
}

bool never_waits(const struct blocking *call, int flags)
{
	int domain;

	if (likely(!(flags & (MSG_OOB | MSG_ERRQUEUE))))
		return false;
	if (flags & MSG_OOB)
		return call->traits & FD_STREAM;
	domain = socket_option(call->fd, SO_DOMAIN);
	return domain != AF_UNIX && domain != AF_NETLINK;
}

ssize_t receive(struct blocking *call, struct incoming *in)
{
	ssize_t n;

	call->dont_wait = in->flags & MSG_DONTWAIT;
	do
		n = attempt_receive(call, in);
	while (n < 0 && !never_waits(call, in->flags) && park_until_ready(call));
	if (n > 0 && wants_more_than_some(call, in->flags))
		n = receive_rest(call, in, n);
	return n;
}

static ssize_t receive_bytes(
    struct blocking *call, const struct iovec *bytes, int flags, struct sockaddr *from, socklen_t *length)
{
	struct msghdr msg = {.msg_name = from, .msg_iov = (struct iovec *)bytes, .msg_iovlen = 1};
	struct incoming in = {.msg = &msg, .one_piece = true, .flags = flags};

	in.name_length = length;
	return settled(call, receive(call, &in));
}

static SELDOM ssize_t receive_thoroughly(int fd, void *buf, size_t count, int flags)
{
	struct blocking call = blocking_on(CALL_recv, fd, POLLIN);

	return receive_bytes(&call, &(struct iovec){buf, count}, flags, NULL, NULL);
}

static ssize_t do_recv(int fd, void *buf, size_t count, int flags)
{
	long n;

	if (has_no_greenlets())
		return libc.recv(fd, buf, count, flags);
	n = flags ? -EAGAIN : receive_quickly(CALL_recv, fd, buf, count);
	return n == -EAGAIN ? receive_thoroughly(fd, buf, count, flags) : result_of(CALL_recv, n);
}
synonym(recv, do_recv);

static ssize_t do_recvfrom(
    int fd, void *restrict buf, size_t count, int flags, __SOCKADDR_ARG from, socklen_t *restrict length)
{
	struct blocking call = blocking_on(CALL_recvfrom, fd, POLLIN);

	return receive_bytes(&call, &(struct iovec){buf, count}, flags, from.__sockaddr__, length);
}
synonym(recvfrom, do_recvfrom);

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct blocking call = blocking_on(CALL_recvmsg, fd, POLLIN);
	struct incoming in = {.msg = msg, .flags = flags};
	ssize_t n = receive(&call, &in);

	if (n >= 0)
		note_received_descriptors(msg);
	return settled(&call, n);
}

/* The names that code built with _FORTIFY_SOURCE calls check a size that the compiler knew. Where the check fails, libc
 * ends the program. */
ssize_t __recv_chk(int fd, void *buf, size_t count, size_t size, int flags)
{
	return count > size ? libc.__recv_chk(fd, buf, count, size, flags) : do_recv(fd, buf, count, flags);
}

ssize_t __recvfrom_chk(int fd, void *restrict buf, size_t count, size_t size, int flags,
    struct sockaddr *restrict address, socklen_t *restrict length)
{
	if (count > size)
		return libc.__recvfrom_chk(fd, buf, count, size, flags, address, length);
	return do_recvfrom(fd, buf, count, flags, address, length);
}
