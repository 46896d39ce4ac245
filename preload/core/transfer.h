/* One attempt to move bytes, made so that it cannot block; see blocking.h. Used by the families that read and write. */
#ifndef PRELOAD_CORE_TRANSFER_H
#define PRELOAD_CORE_TRANSFER_H

#include "arch.h"
#include "blocking.h"

ssize_t attempt_read(struct blocking *call, void *buf, size_t count);
ssize_t attempt_readv(struct blocking *call, const struct iovec *iov, int count);
ssize_t attempt_write(struct blocking *call, const void *buf, size_t count);

/* The same with the flags of preadv2 and pwritev2, at the file's own position. */
ssize_t attempt_readv_flags(struct blocking *call, const struct iovec *iov, int count, int flags);
ssize_t attempt_writev_flags(struct blocking *call, const struct iovec *iov, int count, int flags);

/* What comes after the first `done` bytes of a vector: the rest of the element that they end in. */
struct iovec rest_of_vector(const struct iovec *iov, int count, size_t done);

/* The bytes of a vector; that of a bad one is any number. */
size_t size_of_vector(const struct iovec *iov, int count);

/*
 * The short way of receiving and sending: for a stream socket of which everything is known for good and nothing is out
 * of the ordinary, on a greenlet with company. It keeps no struct blocking, whose memory a parked greenlet would touch
 * again. Returns the count, which of what was sent may be a part, or -errno; -EAGAIN: nothing is done, and the call
 * is to go its usual way.
 */
long receive_quickly(enum call call, int fd, void *buf, size_t count);
long send_quickly(enum call call, int fd, const void *buf, size_t count, int flags);

/* What such a call answers to its caller: the count, or -1 with errno set. Ends a greenlet that was cancelled. */
static inline ssize_t result_of(enum call call, long n)
{
	let_urgent_look();
	if (n == -ECANCELED)
		act_on_cancellation(call);
	return with_errno(n);
}

/*
 * recvfrom and sendto that do not wait, without libc's wrapper: it switches asynchronous cancellation on and off around
 * each call, which one that does not wait has no need of.
 */
static inline ssize_t receive_now(int fd, void *buf, size_t count, int flags, void *from, socklen_t *length)
{
	return with_errno(raw_syscall(SYS_recvfrom, fd, (long)buf, (long)count, flags, (long)from, (long)length));
}

static inline ssize_t send_now(int fd, const void *buf, size_t count, int flags, const void *to, socklen_t length)
{
	return with_errno(raw_syscall(SYS_sendto, fd, (long)buf, (long)count, flags, (long)to, (long)length));
}

#endif
