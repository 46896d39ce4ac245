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

/* The part of a vector after its first `done` bytes: the rest of the element in which they end. */
struct iovec rest_of_vector(const struct iovec *iov, int count, size_t done);

/* The number of bytes in a vector; for an invalid vector, any number. */
size_t size_of_vector(const struct iovec *iov, int count);

/*
 * The fast path of receiving and sending: for a stream socket about which everything is known reliably and nothing is
 * unusual, on a greenlet with other greenlets beside it. It keeps no struct blocking, whose memory a parked greenlet
 * would touch again. Returns the count, which for a send may be only a part, or -errno; -EAGAIN: nothing was done, and
 * the call must use the normal path.
 */
long receive_quickly(enum call call, int fd, void *buf, size_t count);
long send_quickly(enum call call, int fd, const void *buf, size_t count, int flags);

/*
 * Returns the result of such a call to its caller: the count, or -1 with errno set. Ends a greenlet that was cancelled.
 */
static inline ssize_t result_of(enum call call, long n)
{
	let_urgent_look();
	if (n == -ECANCELED)
		act_on_cancellation(call);
	return with_errno(n);
}

/*
 * recvfrom and sendto that do not wait, without libc's wrapper: the wrapper switches asynchronous cancellation on and
 * off around each call, which a call that does not wait does not need.
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
