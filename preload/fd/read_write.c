/* read, write and their vectored forms, on whatever can wait: pipes, sockets, ttys, eventfd, timerfd, inotify. */
#include "calls.h"
#include "preload/core/blocking.h"
#include "preload/core/transfer.h"
#include "preload/core/uncached_read.h"

static SELDOM ssize_t read_by(enum call name, int fd, void *buf, size_t count)
{
	struct blocking call = blocking_on(name, fd, POLLIN);
	ssize_t n;

	do
		n = attempt_read(&call, buf, count);
	while (n < 0 && park_until_ready(&call));
	return settled(&call, n);
}

static ssize_t do_read(int fd, void *buf, size_t count)
{
	long n;

	if (has_no_greenlets())
		return libc.read(fd, buf, count);
	n = receive_quickly(CALL_read, fd, buf, count);
	return n == -EAGAIN ? read_by(CALL_read, fd, buf, count) : result_of(CALL_read, n);
}
synonym(read, do_read);

ssize_t readv(int fd, const struct iovec *iov, int count)
{
	struct blocking call = blocking_on(CALL_readv, fd, POLLIN);
	ssize_t n;

	do
		n = attempt_readv(&call, iov, count);
	while (n < 0 && park_until_ready(&call));
	return settled(&call, n);
}

/* A read with an explicit position is for files that have one, and those wait for nothing but the disk. */
static ssize_t read_at(struct blocking *call, const struct iovec *iov, int count, off_t position, int flags)
{
	if (goes_native(call) && position >= 0 && may_be_uncached(call, position))
		return read_uncached(call, iov, count, position, flags);
	call->green = false;
	return libc.preadv2(call->fd, iov, count, position, flags);
}

/* The kernel refuses other flags, and we could not tell that refusal from its refusal of RWF_NOWAIT. */
#define KNOWN_FLAGS (RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT | RWF_APPEND)

ssize_t do_preadv2(int fd, const struct iovec *iov, int count, off_t position, int flags)
{
	struct blocking call = blocking_on(CALL_preadv2, fd, POLLIN);
	ssize_t n;

	act_on_cancellation(CALL_preadv2);
	if (flags & ~KNOWN_FLAGS)
		return libc.preadv2(fd, iov, count, position, flags);
	call.dont_wait = flags & RWF_NOWAIT;
	if (position != -1)
		return read_at(&call, iov, count, position, flags);
	do
		n = attempt_readv_flags(&call, iov, count, flags);
	while (n < 0 && park_until_ready(&call));
	return settled(&call, n);
}
synonym(preadv2, do_preadv2);

/* Bytes that were written count, whatever ended the call. */
static ssize_t written(struct blocking *call, size_t done, ssize_t last)
{
	return settled(call, done ? (ssize_t)done : written_by(call->fd, 0, last));
}

/* Writes `buf[done..count)`; the fast path may have sent `done` bytes. */
static SELDOM ssize_t write_rest(enum call name, int fd, const void *buf, size_t count, size_t done)
{
	struct blocking call = blocking_on(name, fd, POLLOUT);
	ssize_t n;

	call.begun = done > 0;
	do {
		n = attempt_write(&call, (const char *)buf + done, count - done);
		done += n > 0 ? (size_t)n : 0;
		call.begun = done > 0;
	} while (n < 0 ? park_until_ready(&call) : goes_on(&call, n, done, count));
	return written(&call, done, n);
}

ssize_t write(int fd, const void *buf, size_t count)
{
	long n;

	if (has_no_greenlets())
		return libc.write(fd, buf, count);
	n = send_quickly(CALL_write, fd, buf, count, 0);
	if (n == -EAGAIN || (n > 0 && (size_t)n < count))
		return write_rest(CALL_write, fd, buf, count, n > 0 ? (size_t)n : 0);
	return written_by(fd, 0, result_of(CALL_write, n));
}

/* Writes the whole vector at first; if it is cut short, the rest element by element. */
static ssize_t write_vector(struct blocking *call, const struct iovec *iov, int count, int flags)
{
	size_t done = 0, size;
	struct iovec rest;
	ssize_t n;

	do
		n = attempt_writev_flags(call, iov, count, flags);
	while (n < 0 && park_until_ready(call));
	if (n <= 0)
		return settled(call, written_by(call->fd, 0, n));
	size = size_of_vector(iov, count);
	done = (size_t)n;
	call->begun = true;
	while (n < 0 ? park_until_ready(call) : goes_on(call, n, done, size)) {
		rest = rest_of_vector(iov, count, done);
		n = attempt_writev_flags(call, &rest, 1, flags);
		done += n > 0 ? (size_t)n : 0;
	}
	return written(call, done, n);
}

ssize_t writev(int fd, const struct iovec *iov, int count)
{
	struct blocking call = blocking_on(CALL_writev, fd, POLLOUT);

	return write_vector(&call, iov, count, 0);
}

ssize_t preadv(int fd, const struct iovec *iov, int count, off_t position)
{
	struct blocking call = blocking_on(CALL_preadv, fd, POLLIN);

	if (goes_native(&call) && position >= 0 && may_be_uncached(&call, position))
		return read_uncached(&call, iov, count, position, 0);
	return libc.preadv(fd, iov, count, position);
}

ssize_t do_pread(int fd, void *buf, size_t count, off_t position)
{
	struct blocking call = blocking_on(CALL_pread, fd, POLLIN);

	if (goes_native(&call) && position >= 0 && may_be_uncached(&call, position))
		return read_uncached(&call, &(struct iovec){buf, count}, 1, position, 0);
	return libc.pread(fd, buf, count, position);
}
synonym(pread, do_pread);

/* A file with positions accepts a write at once: these calls are cancellation points, no more. */
ssize_t pwrite(int fd, const void *buf, size_t count, off_t position)
{
	act_on_cancellation(CALL_pwrite);
	return written_by(fd, 0, libc.pwrite(fd, buf, count, position));
}

ssize_t pwritev(int fd, const struct iovec *iov, int count, off_t position)
{
	act_on_cancellation(CALL_pwritev);
	return written_by(fd, 0, libc.pwritev(fd, iov, count, position));
}

ssize_t do_pwritev2(int fd, const struct iovec *iov, int count, off_t position, int flags)
{
	struct blocking call = blocking_on(CALL_pwritev2, fd, POLLOUT);

	act_on_cancellation(CALL_pwritev2);
	if (position != -1 || (flags & ~KNOWN_FLAGS))
		return written_by(fd, 0, libc.pwritev2(fd, iov, count, position, flags));
	call.dont_wait = flags & RWF_NOWAIT;
	return write_vector(&call, iov, count, flags);
}
synonym(pwritev2, do_pwritev2);

int eventfd_read(int fd, eventfd_t *value)
{
	return read_by(CALL_eventfd_read, fd, value, sizeof(*value)) == sizeof(*value) ? 0 : -1;
}

int eventfd_write(int fd, eventfd_t value)
{
	return write_rest(CALL_eventfd_write, fd, &value, sizeof(value), 0) == sizeof(value) ? 0 : -1;
}

synonym(__read, do_read);
synonym(__write, write);
synonym(pread64, do_pread);
synonym(__pread64, do_pread);
synonym(preadv64, preadv);
synonym(pwrite64, pwrite);
synonym(__pwrite64, pwrite);
synonym(pwritev64, pwritev);
synonym(preadv64v2, do_preadv2);
synonym(pwritev64v2, do_pwritev2);

/* The names that code built with _FORTIFY_SOURCE calls check a size that the compiler knew. Where the check fails, libc
 * ends the program. */
ssize_t __read_chk(int fd, void *buf, size_t count, size_t size)
{
	return count > size ? libc.__read_chk(fd, buf, count, size) : do_read(fd, buf, count);
}

ssize_t __pread_chk(int fd, void *buf, size_t count, off_t position, size_t size)
{
	return count > size ? libc.__pread_chk(fd, buf, count, position, size) : do_pread(fd, buf, count, position);
}
synonym(__pread64_chk, __pread_chk);
