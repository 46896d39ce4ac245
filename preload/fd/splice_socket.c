/*
 * sendfile and splice into a stream socket. The kernel has no way to copy into a socket only as much as it accepts
 * without blocking, so the bytes go through a buffer and send(MSG_DONTWAIT). A buffer lives for one attempt and not
 * while the greenlet is parked: a thousand slow peers need none.
 */
#include "calls.h"
#include "runtime/sys/memory.h"
#include "splice.h"
#include <stdlib.h>

/* The size of one pass through the buffer: the capacity of a pipe. */
#define CHUNK ((size_t)64 << 10)

/* The most that one call copies, whatever the count is. */
#define MOST ((size_t)0x7ffff000)

static size_t at_most(size_t count, size_t limit)
{
	return count < limit ? count : limit;
}

static ssize_t attempt_send(struct blocking *call, const void *buf, size_t count, int flags)
{
	ssize_t n;

	if (waits_first(call))
		return -1;
	n = libc.send(call->fd, buf, torture_cut(count), flags | MSG_DONTWAIT);
	note_progress(call, n, count);
	return n;
}

static ssize_t attempt_send_file(struct blocking *call, const struct copy *c, off64_t at, size_t count)
{
	struct copy rest = {.which = CALL_sendfile, .in = c->in, .out = call->fd, .in_at = &at, .count = count};
	char *buf;
	ssize_t n;

	if (waits_first(call))
		return -1;
	buf = memory_alloc(CHUNK);
	if (!buf)
		return -1;
	n = do_pread(c->in, buf, at_most(count, CHUNK), at);
	if (n > 0)
		n = attempt_send(call, buf, (size_t)n, 0);
	else if (n < 0) /* a directory, a file with O_DIRECT: sendfile returns its own error */
		n = copy_offloaded(call, &rest);
	memory_free(buf);
	return n;
}

ssize_t send_file(struct blocking *call, const struct copy *c)
{
	struct blocking in = blocking_on(c->which, c->in, POLLIN);
	size_t count = at_most(c->count, MOST), done = 0;
	struct copy rest = *c;
	off64_t start;
	ssize_t n;

	if (libc.sendfile(c->out, c->in, c->in_at, 0) < 0) /* makes the checks, that of the pointer too */
		return -1;
	start = c->in_at ? *c->in_at : sys_lseek(c->in, 0, SEEK_CUR);
	do {
		rest.in = in.fd;
		n = attempt_send_file(call, &rest, start + (off64_t)done, count - done);
		if (n > 0)
			done += (size_t)n;
	} while (n < 0 ? park_holding(call, &in) : goes_on(call, n, done, count));
	if (c->in_at && done)
		*c->in_at = start + (off64_t)done;
	else if (done)
		sys_lseek(in.fd, start + (off64_t)done, SEEK_SET);
	leave_file(&in);
	return done ? (ssize_t)done : n;
}

/* tee copies what is in the pipe; what the socket took of it is then moved out, and the rest stays in the pipe. */
static ssize_t attempt_peek_and_send(struct blocking *out, const struct copy *c, const int peek[2], char *buf)
{
	ssize_t n = libc.tee(c->in, peek[1], at_most(c->count, CHUNK), SPLICE_F_NONBLOCK);

	if (n <= 0)
		return n;
	n = libc.read(peek[0], buf, CHUNK);
	n = attempt_send(out, buf, (size_t)n, c->flags & SPLICE_F_MORE ? MSG_MORE : 0);
	if (n > 0)
		libc.splice(c->in, NULL, peek[1], NULL, (size_t)n, SPLICE_F_NONBLOCK);
	return n;
}

static ssize_t attempt_send_pipe(struct blocking *out, struct copy *c)
{
	char *buf = memory_alloc(CHUNK);
	int peek[2];
	ssize_t n;

	if (!buf)
		return -1;
	if (libc.pipe2(peek, O_CLOEXEC) == 0) {
		n = attempt_peek_and_send(out, c, peek, buf);
		libc.close(peek[0]);
		libc.close(peek[1]);
	} else {
		n = copy_offloaded(out, c);
	}
	memory_free(buf);
	return n;
}

/* True if the bytes sent are all there are for now; a splice returns at that point. */
static bool is_drained(const struct copy *c, size_t done)
{
	return done > 0 && !is_ready(c->in, POLLIN);
}

ssize_t send_pipe(struct ends *e, const struct copy *c)
{
	struct copy rest = *c;
	size_t done = 0;
	ssize_t n;

	do {
		rest.in = e->in.fd;
		rest.out = e->out.fd;
		n = attempt_send_pipe(&e->out, &rest);
		if (n > 0)
			done += (size_t)n;
		rest.count = c->count - done;
	} while (n < 0 ? park_on_unready_end(e) : n > 0 && rest.count > 0 && !is_drained(&rest, done));
	return done > 0 ? (ssize_t)done : n;
}
