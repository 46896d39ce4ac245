/* read, write and their vectored forms, on whatever can wait: pipes, sockets, ttys, eventfd, timerfd, inotify. */
#include "blocking.h"
#include "transfer.h"

ssize_t read(int fd, void *buf, size_t count)
{
	struct blocking call = blocking_on(CALL_read, fd, POLLIN);
	ssize_t n;

	do n = attempt_read(&call, buf, count);
	while (n < 0 && park_until_ready(&call));
	return settled(&call, n);
}

ssize_t readv(int fd, const struct iovec *iov, int count)
{
	struct blocking call = blocking_on(CALL_readv, fd, POLLIN);
	ssize_t n;

	do n = attempt_readv(&call, iov, count);
	while (n < 0 && park_until_ready(&call));
	return settled(&call, n);
}
