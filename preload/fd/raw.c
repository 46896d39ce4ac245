/* See raw.h. */
#include "raw.h"
#include "calls.h"
#include "preload/core/blocking.h"
#include "preload/core/syscall_numbers.h"
#include "runtime/sys/user_memory.h"
#include <string.h>

/* The kernel's signal set: the first so many bytes of sigset_t. */
#define KERNEL_SET ((size_t)_NSIG / 8)

static int fail(int error)
{
	errno = error;
	return -1;
}

/* Converts the kernel's signal set into *full and points *mask there, or to NULL if there is no set. */
static int widen_mask(long set, long size, sigset_t *full, const sigset_t **mask)
{
	*mask = NULL;
	if (!set)
		return 0;
	if ((size_t)size != KERNEL_SET)
		return fail(EINVAL);
	if (!is_readable((const void *)set))
		return fail(EFAULT);
	sigemptyset(full);
	memcpy(full, (const void *)set, KERNEL_SET);
	*mask = full;
	return 0;
}

/* The time limit of a raw ppoll or pselect6: unlike libc, the kernel stores the time left in it. */
struct limit {
	struct timespec *at; /* NULL: there is none, or nothing is to be stored in it */
	nanos deadline;
};

static int note_limit(struct limit *limit, long timeout)
{
	struct timespec *at = (struct timespec *)timeout;

	limit->at = NULL;
	if (!at)
		return 0;
	if (!is_readable(at))
		return fail(EFAULT);
	if (at->tv_sec < 0 || (unsigned long)at->tv_nsec >= NANOS_PER_SEC || (at->tv_sec == 0 && at->tv_nsec == 0))
		return 0; /* for the call to refuse, or no time to wait */
	limit->at = at;
	limit->deadline = nanos_add(clock_now(), nanos_of(at));
	return 0;
}

/*
 * Like the kernel, leaves a limit in read-only memory as it is: the system call tests whether the memory can be
 * written.
 */
static void leave_remaining(const struct limit *limit)
{
	int errno_before = errno;
	struct timespec left;

	if (!limit->at)
		return;
	left = timespec_of(nanos_until(limit->deadline));
	if (libc.syscall(SYS_clock_gettime, CLOCK_MONOTONIC, limit->at) == 0)
		*limit->at = left;
	errno = errno_before;
}

long raw_ppoll(long fds, long count, long timeout, long set, long size, long f)
{
	struct limit limit;
	const sigset_t *mask;
	sigset_t full;
	int n;

	if (!self)
		return libc.syscall(SYS_ppoll, fds, count, timeout, set, size, f);
	if (widen_mask(set, size, &full, &mask) < 0 || note_limit(&limit, timeout) < 0)
		return -1;
	n = do_ppoll((struct pollfd *)fds, (nfds_t)count, (const struct timespec *)timeout, mask);
	leave_remaining(&limit);
	return n;
}

/* The sixth argument of pselect6 points to the set and its size. */
long raw_pselect6(long count, long in, long out, long error, long timeout, long sized)
{
	const long *set = (const long *)sized;
	struct limit limit;
	const sigset_t *mask;
	sigset_t full;
	int n;

	if (!self)
		return libc.syscall(SYS_pselect6, count, in, out, error, timeout, sized);
	if (set && !is_readable(set))
		return fail(EFAULT);
	if (widen_mask(set ? set[0] : 0, set ? set[1] : 0, &full, &mask) < 0 || note_limit(&limit, timeout) < 0)
		return -1;
	n = do_pselect(
	    (int)count, (fd_set *)in, (fd_set *)out, (fd_set *)error, (const struct timespec *)timeout, mask);
	leave_remaining(&limit);
	return n;
}

long raw_epoll_pwait(long fd, long events, long max, long timeout, long set, long size)
{
	const sigset_t *mask;
	sigset_t full;

	if (!self)
		return libc.syscall(SYS_epoll_pwait, fd, events, max, timeout, set, size);
	if (widen_mask(set, size, &full, &mask) < 0)
		return -1;
	return do_epoll_pwait((int)fd, (struct epoll_event *)events, (int)max, (int)timeout, mask);
}

long raw_epoll_pwait2(long fd, long events, long max, long timeout, long set, long size)
{
	const sigset_t *mask;
	sigset_t full;

	if (!self)
		return libc.syscall(SYS_epoll_pwait2, fd, events, max, timeout, set, size);
	if (widen_mask(set, size, &full, &mask) < 0)
		return -1;
	return do_epoll_pwait2((int)fd, (struct epoll_event *)events, (int)max, (const struct timespec *)timeout, mask);
}

/* The position is passed in two halves; on a 64-bit machine the first one holds all of it. */
long raw_preadv2(long fd, long iov, long count, long low, long high, long flags)
{
	(void)high;
	return do_preadv2((int)fd, (const struct iovec *)iov, (int)count, low, (int)flags);
}

long raw_pwritev2(long fd, long iov, long count, long low, long high, long flags)
{
	(void)high;
	return do_pwritev2((int)fd, (const struct iovec *)iov, (int)count, low, (int)flags);
}
