/*
 * Copies inside the kernel: sendfile, splice, tee, vmsplice, copy_file_range.
 *
 * SPLICE_F_NONBLOCK keeps the pipe ends of a splice from blocking, and nothing else. So a waiting source that is not a
 * pipe is polled first, which is enough: a splice takes what is there. A target that is not a pipe would block until it
 * took everything: for stream sockets see splice_socket.c; for a tty or a datagram socket an offload thread makes the
 * call.
 */
#include "splice.h"

/* Between files nothing waits, but a longer copy than this would hold up the other greenlets. */
#define LONG_COPY ((size_t)256 << 10)

#define SPLICE_FLAGS (SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE | SPLICE_F_GIFT)

static ssize_t copy_natively(const struct copy *c)
{
	switch (c->which) {
	case CALL_sendfile: /* into a pipe it is a splice, and that can be told not to block */
		if (!(c->flags & SPLICE_F_NONBLOCK))
			return libc.sendfile(c->out, c->in, c->in_at, c->count);
		return libc.splice(c->in, c->in_at, c->out, NULL, c->count, c->flags);
	case CALL_splice:
		return libc.splice(c->in, c->in_at, c->out, c->out_at, c->count, c->flags);
	case CALL_tee:
		return libc.tee(c->in, c->out, c->count, c->flags);
	default:
		return libc.copy_file_range(c->in, c->in_at, c->out, c->out_at, c->count, c->flags);
	}
}

static void copy_job(void *arg)
{
	struct copy *c = arg;

	c->result = copy_natively(c);
	c->error = errno;
}

ssize_t copy_offloaded(struct blocking *call, struct copy *c)
{
	run_offloaded(call, copy_job, c);
	if (c->result < 0)
		errno = c->error;
	return c->result;
}

static bool is_pipe(uint32_t traits)
{
	return (traits & (FD_STREAM | FD_SOCKET)) == FD_STREAM;
}

static bool is_stream_socket(uint32_t traits)
{
	return (traits & FD_STREAM) && (traits & FD_SOCKET);
}

static bool is_plain(int fd)
{
	return fd_learn(fd) & FD_PLAIN;
}

static void look_at_ends(struct ends *e, const struct copy *c)
{
	bool pipes_wait = !(c->flags & SPLICE_F_NONBLOCK);

	e->in = blocking_on(c->which, c->in, POLLIN);
	e->out = blocking_on(c->which, c->out, POLLOUT);
	e->in_waits = !goes_native(&e->in) && (pipes_wait || !is_pipe(e->in.traits));
	e->out_waits = !goes_native(&e->out) && (pipes_wait || !is_pipe(e->out.traits));
}

bool is_ready(int fd, short events)
{
	struct pollfd end = {.fd = fd, .events = events};

	return poll_now(&end, 1) != 0;
}

static bool park_again(struct blocking *end, struct blocking *other)
{
	errno = EAGAIN;
	return park_holding(end, other);
}

bool park_on_unready_end(struct ends *e)
{
	bool in_ready, out_ready;

	if (errno != EAGAIN)
		return false;
	if (e->in.over || e->out.over) {
		errno = e->in.over ? e->in.over : e->out.over;
		return false;
	}
	in_ready = is_ready(e->in.fd, POLLIN);
	out_ready = is_ready(e->out.fd, POLLOUT);
	if (!in_ready && e->in_waits)
		return park_again(&e->in, &e->out);
	if (e->out_waits && (in_ready || !out_ready))
		return park_again(&e->out, &e->in);
	errno = EAGAIN;
	return in_ready && out_ready && park_again(&e->in, &e->out); /* an end is ready by now: parks for no time */
}

static ssize_t attempt_splice(const struct ends *e, const struct copy *c)
{
	struct copy once = *c;

	once.in = e->in.fd;
	once.out = e->out.fd;
	if (e->in_waits && !is_pipe(e->in.traits) && !is_ready(once.in, POLLIN)) {
		errno = EAGAIN;
		return -1;
	}
	once.flags |= SPLICE_F_NONBLOCK;
	return copy_natively(&once);
}

/* True if the kernel will not block, or will refuse. Between two pipes the O_NONBLOCK of one holds for both. */
static bool never_waits(const struct ends *e, const struct copy *c)
{
	bool from_pipe = is_pipe(fd_learn(c->in)), to_pipe = is_pipe(fd_learn(c->out));

	if (c->flags & ~SPLICE_FLAGS || (e->in_waits && c->in_at) || (e->out_waits && c->out_at))
		return true;
	if (from_pipe && to_pipe)
		return !e->in_waits || !e->out_waits;
	return (!from_pipe && !to_pipe) || (!e->in_waits && !e->out_waits);
}

static ssize_t copy_between(struct copy *c)
{
	struct ends e;
	ssize_t n;

	look_at_ends(&e, c);
	if (never_waits(&e, c))
		return copy_natively(c);
	if (e.out_waits && is_stream_socket(e.out.traits))
		n = send_pipe(&e, c);
	else if (e.out_waits && !is_pipe(e.out.traits))
		n = copy_offloaded(&e.out, c);
	else
		do
			n = attempt_splice(&e, c);
		while (n < 0 && park_on_unready_end(&e));
	leave_file(&e.in);
	leave_file(&e.out);
	return settled(e.in_waits ? &e.in : &e.out, n);
}

ssize_t splice(int in, off64_t *in_at, int out, off64_t *out_at, size_t count, unsigned flags)
{
	struct copy c = {CALL_splice, in, out, in_at, out_at, count, flags, 0, 0};

	act_on_cancellation(CALL_splice);
	return written_by(out, 0, self && count ? copy_between(&c) : copy_natively(&c));
}

ssize_t tee(int in, int out, size_t count, unsigned flags)
{
	struct copy c = {CALL_tee, in, out, NULL, NULL, count, flags, 0, 0};

	act_on_cancellation(CALL_tee);
	return written_by(out, 0, self && count ? copy_between(&c) : copy_natively(&c));
}

/* From a file, or into one: the source can only wait if the target is a pipe. */
static ssize_t send_from(int out, int in, off_t *at, size_t count)
{
	struct copy c = {CALL_sendfile, in, out, at, NULL, count, 0, 0, 0};
	struct blocking any = blocking_on(CALL_sendfile, -1, 0);
	struct blocking call = blocking_on(CALL_sendfile, out, POLLOUT);

	if (goes_native(&any))
		return copy_natively(&c);
	if (!is_plain(in))
		return copy_offloaded(&any, &c);
	if (is_plain(out))
		return count > LONG_COPY ? copy_offloaded(&any, &c) : copy_natively(&c);
	if (goes_native(&call))
		return copy_natively(&c);
	if (is_stream_socket(call.traits))
		return settled(&call, send_file(&call, &c));
	return is_pipe(call.traits) ? copy_between(&c) : copy_offloaded(&call, &c);
}

ssize_t sendfile(int out, int in, off_t *at, size_t count)
{
	return written_by(out, 0, send_from(out, in, at, count));
}
synonym(sendfile64, sendfile);

ssize_t copy_file_range(int in, off64_t *in_at, int out, off64_t *out_at, size_t count, unsigned flags)
{
	struct copy c = {CALL_copy_file_range, in, out, in_at, out_at, count, flags, 0, 0};
	struct blocking call = blocking_on(CALL_copy_file_range, -1, 0);

	call.dont_wait = count <= LONG_COPY;
	return written_by(out, 0, goes_native(&call) ? copy_natively(&c) : copy_offloaded(&call, &c));
}

/* vmsplice ignores the pipe's O_NONBLOCK, so the hook does, too. */
ssize_t vmsplice(int fd, const struct iovec *iov, size_t count, unsigned flags)
{
	struct blocking call = blocking_on(CALL_vmsplice, -1, 0);
	ssize_t n;

	call.dont_wait = flags & SPLICE_F_NONBLOCK;
	if (goes_native(&call))
		return written_by(fd, 0, libc.vmsplice(fd, iov, count, flags));
	call.fd = fd;
	call.traits = fd_traits(fd);
	call.events = (libc.fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY ? POLLIN : POLLOUT;
	do
		n = libc.vmsplice(call.fd, iov, count, flags | SPLICE_F_NONBLOCK);
	while (n < 0 && park_until_ready(&call));
	return settled(&call, written_by(call.fd, 0, n));
}
