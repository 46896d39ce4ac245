/*
 * send and its variants. On a stream, a blocking send goes on until everything is sent; if something ends it earlier,
 * it returns the count of what was sent. On any other socket a message is sent as a whole.
 */
#include "common.h"
#include "preload/core/transfer.h"
#include <limits.h>
#include <sys/un.h>

struct outgoing {
	const struct msghdr *msg;
	bool one_piece; /* msg is ours and sendto can be used, which costs the kernel less; else it may be an invalid
			   pointer */
	int flags;
};

static ssize_t hand_over(const struct blocking *call, const struct outgoing *out, int flags)
{
	const struct msghdr *msg = out->msg;
	size_t count;
	ssize_t n;

	if (!out->one_piece) {
		n = libc.sendmsg(call->fd, msg, flags);
		if (n >= 0)
			share_sent_descriptors(msg);
		return n;
	}
	count = msg->msg_iov->iov_len;
	if (!call->green)
		return libc.sendto(call->fd, msg->msg_iov->iov_base, count, flags, msg->msg_name, msg->msg_namelen);
	if ((call->traits & FD_STREAM) && !(flags & MSG_OOB))
		count = torture_cut(count);
	return send_now(call->fd, msg->msg_iov->iov_base, count, flags, msg->msg_name, msg->msg_namelen);
}

/*
 * The first send on a socket may have to connect it (MSG_FASTOPEN, TCP_FASTOPEN_CONNECT): then the data is sent after.
 */
static ssize_t attempt_send(struct blocking *call, struct outgoing *out)
{
	ssize_t n;

	if (goes_native(call))
		return hand_over(call, out, out->flags);
	if (waits_first(call))
		return -1;
	n = hand_over(call, out, out->flags | MSG_DONTWAIT);
	if (n >= 0 || errno == EINPROGRESS)
		out->flags &= ~MSG_FASTOPEN;
	if (n < 0 && errno == EINPROGRESS)
		errno = EAGAIN;
	return n;
}

/*
 * Ancillary data was sent with the first bytes. A connection that breaks now causes no SIGPIPE: the call has a count to
 * return first.
 */
static ssize_t attempt_rest(struct blocking *call, const struct outgoing *out, size_t done, size_t total)
{
	struct window window = window_after(out->msg->msg_iov, out->msg->msg_iovlen, done);
	struct msghdr rest = {.msg_iov = window.pieces, .msg_iovlen = window.count};
	int flags = out->flags | MSG_DONTWAIT | MSG_NOSIGNAL;
	ssize_t n;

	if (waits_first(call))
		return -1;
	if (error_comes_next(call)) {
		errno = EPIPE;
		return -1;
	}
	if (window.length < total - done)
		flags &= ~MSG_OOB;
	n = libc.sendmsg(call->fd, &rest, flags);
	if (n > 0)
		note_progress(call, n, window.length);
	return n;
}

/* From here on any signal handler ends the call, SA_RESTART or not: there is a count to return. */
static ssize_t send_rest(struct blocking *call, const struct outgoing *out, ssize_t sent)
{
	size_t total = iov_length(out->msg->msg_iov, out->msg->msg_iovlen), done = (size_t)sent;
	ssize_t n = sent;

	if (!goes_on(call, n, done, total))
		return sent;
	note_progress(call, n, total);
	call->until.on_signal = SIGNAL_ENDS;
	do {
		n = attempt_rest(call, out, done, total);
		if (n > 0)
			done += (size_t)n;
	} while (n < 0 ? park_until_ready(call) : goes_on(call, n, done, total));
	return (ssize_t)done;
}

static bool is_green_stream(const struct blocking *call)
{
	return call->green && (call->traits & FD_STREAM);
}

/* A socket of our own, connected to the peer that the message is for; -1 with errno set. */
static int connect_probe(const struct msghdr *msg)
{
	int probe = libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (probe < 0 || libc.connect(probe, msg->msg_name, msg->msg_namelen) == 0)
		return probe;
	libc.close(probe);
	return -1;
}

/*
 * An unconnected AF_UNIX datagram socket is always writable, even while the peer's queue is full: poll(2) does not know
 * the peer. A probe socket that is connected to that peer becomes writable when there is room.
 */
static bool park_for_peer(struct blocking *call, const struct msghdr *msg)
{
	struct blocking peer;
	bool again;

	find_time_limit(call);
	peer = blocking_elsewhere(call, connect_probe(msg));
	if (peer.fd < 0) {
		errno = ENOBUFS;
		return false;
	}
	errno = EAGAIN;
	again = park_holding(&peer, call);
	call->over = peer.over;
	fd_forget(peer.fd);
	libc.close(peer.fd);
	return again;
}

/* The message must be one that the kernel has read. */
static bool goes_to_unix_peer(const struct msghdr *msg)
{
	const struct sockaddr *to = msg->msg_name;

	return to && msg->msg_namelen >= sizeof(to->sa_family) && to->sa_family == AF_UNIX;
}

static bool park_to_send(struct blocking *call, const struct msghdr *msg)
{
	if (call->green && errno == EAGAIN && !(call->traits & FD_STREAM) && goes_to_unix_peer(msg) &&
	    (ready_events(call->fd, POLLOUT) & POLLOUT))
		return park_for_peer(call, msg);
	return park_until_ready(call);
}

static ssize_t send_all(struct blocking *call, struct outgoing *out)
{
	ssize_t n;

	call->dont_wait = out->flags & MSG_DONTWAIT;
	do
		n = attempt_send(call, out);
	while (n < 0 && park_to_send(call, out->msg));
	if (n > 0 && is_green_stream(call))
		n = send_rest(call, out, n);
	return settled(call, written_by(call->fd, out->flags, n));
}

static ssize_t send_bytes(
    struct blocking *call, const struct iovec *bytes, int flags, const struct sockaddr *to, socklen_t length)
{
	struct msghdr msg = {
	    .msg_name = (void *)to, .msg_namelen = length, .msg_iov = (struct iovec *)bytes, .msg_iovlen = 1};
	struct outgoing out = {.msg = &msg, .one_piece = true, .flags = flags};

	return send_all(call, &out);
}

static ssize_t send_thoroughly(int fd, const void *buf, size_t count, int flags)
{
	struct blocking call = blocking_on(CALL_send, fd, POLLOUT);

	return send_bytes(&call, &(struct iovec){(void *)buf, count}, flags, NULL, 0);
}

/* Goes on after the first bytes are sent. */
static ssize_t send_remainder(int fd, const void *buf, size_t count, int flags, ssize_t sent)
{
	struct blocking call = blocking_on(CALL_send, fd, POLLOUT);
	struct iovec bytes = {(void *)buf, count};
	struct msghdr msg = {.msg_iov = &bytes, .msg_iovlen = 1};
	struct outgoing out = {.msg = &msg, .one_piece = true, .flags = flags};

	return settled(&call, goes_native(&call) ? sent : send_rest(&call, &out, sent));
}

ssize_t send(int fd, const void *buf, size_t count, int flags)
{
	long n;

	if (has_no_greenlets())
		return libc.send(fd, buf, count, flags);
	n = flags & ~MSG_NOSIGNAL ? -EAGAIN : send_quickly(CALL_send, fd, buf, count, flags);
	if (n == -EAGAIN)
		return send_thoroughly(fd, buf, count, flags);
	if (n > 0 && (size_t)n < count)
		return send_remainder(fd, buf, count, flags, n);
	return written_by(fd, flags, result_of(CALL_send, n));
}

synonym(__send, send);

ssize_t sendto(int fd, const void *buf, size_t count, int flags, __CONST_SOCKADDR_ARG to, socklen_t length)
{
	struct blocking call = blocking_on(CALL_sendto, fd, POLLOUT);

	return send_bytes(&call, &(struct iovec){(void *)buf, count}, flags, to.__sockaddr__, length);
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	struct blocking call = blocking_on(CALL_sendmsg, fd, POLLOUT);
	struct outgoing out = {.msg = msg, .flags = flags};

	return send_all(&call, &out);
}

static int attempt_sendmmsg(struct blocking *call, struct mmsghdr *vec, unsigned count, int flags)
{
	int n, i;

	if (goes_native(call))
		n = libc.sendmmsg(call->fd, vec, count, flags);
	else if (waits_first(call))
		return -1;
	else
		n = libc.sendmmsg(call->fd, vec, count, flags | MSG_DONTWAIT);
	for (i = 0; i < n; i++)
		share_sent_descriptors(&vec[i].msg_hdr);
	return n;
}

/* The last message of an attempt may have been cut short, on a stream. True if all of it is sent. */
static bool complete(struct blocking *call, struct mmsghdr *last, int flags)
{
	struct outgoing out = {.msg = &last->msg_hdr, .flags = flags};

	last->msg_len = (unsigned)send_rest(call, &out, last->msg_len);
	return last->msg_len == iov_length(last->msg_hdr.msg_iov, last->msg_hdr.msg_iovlen);
}

/* An error after the first message is not reported, as the manual says of native calls: the caller tries again. */
int sendmmsg(int fd, struct mmsghdr *vec, unsigned count, int flags)
{
	struct blocking call = blocking_on(CALL_sendmmsg, fd, POLLOUT);
	unsigned asked = count < IOV_MAX ? count : IOV_MAX, done = 0;
	int n;

	call.dont_wait = flags & MSG_DONTWAIT;
	do {
		n = attempt_sendmmsg(&call, vec + done, asked - done, flags);
		if (n > 0)
			done += (unsigned)n;
		if (n > 0 && is_green_stream(&call) && !complete(&call, &vec[done - 1], flags))
			break;
	} while (n < 0 ? park_to_send(&call, &vec[done].msg_hdr) : call.green && n > 0 && done < asked);
	return (int)settled(&call, done ? (int)done : written_by(fd, flags, n));
}
