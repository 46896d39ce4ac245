/* The system calls whose arguments differ from those of their wrappers in libc. */
#include "preload/core/blocking.h"
#include "preload/core/kernel_action.h"
#include "preload/core/syscall_numbers.h"
#include "preload/fd/raw.h"
#include "preload/signal/raw.h"
#include "preload/time/raw.h"
#include "runtime/sys/user_memory.h"
#include <string.h>

/* The kernel's signal set: the first so many bytes of sigset_t. */
#define KERNEL_SET ((size_t)_NSIG / 8)

static int fail(int error)
{
	errno = error;
	return -1;
}

/* Makes *full of the kernel's signal set and points *mask there, or to nothing where there is no set. */
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

/* The time limit of a raw ppoll or pselect6: unlike libc, the kernel leaves in it what remains. */
struct limit {
	struct timespec *at; /* NULL: there is none, or nothing is to be left in it */
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

/* Leaves a limit in read-only memory as it is, like the kernel: to write the time is a way to try the memory. */
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
	n = ppoll((struct pollfd *)fds, (nfds_t)count, (const struct timespec *)timeout, mask);
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
	n = pselect((int)count, (fd_set *)in, (fd_set *)out, (fd_set *)error, (const struct timespec *)timeout, mask);
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
	return epoll_pwait((int)fd, (struct epoll_event *)events, (int)max, (int)timeout, mask);
}

long raw_epoll_pwait2(long fd, long events, long max, long timeout, long set, long size)
{
	const sigset_t *mask;
	sigset_t full;

	if (!self)
		return libc.syscall(SYS_epoll_pwait2, fd, events, max, timeout, set, size);
	if (widen_mask(set, size, &full, &mask) < 0)
		return -1;
	return epoll_pwait2((int)fd, (struct epoll_event *)events, (int)max, (const struct timespec *)timeout, mask);
}

/* The position comes in two halves, of which a machine of 64 bits needs the first. */
long raw_preadv2(long fd, long iov, long count, long low, long high, long flags)
{
	(void)high;
	return preadv2((int)fd, (const struct iovec *)iov, (int)count, low, (int)flags);
}

long raw_pwritev2(long fd, long iov, long count, long low, long high, long flags)
{
	(void)high;
	return pwritev2((int)fd, (const struct iovec *)iov, (int)count, low, (int)flags);
}

/* The wrapper answers with the error number and leaves errno alone. */
long raw_clock_nanosleep(long clock, long flags, long span, long left, long e, long f)
{
	int error = clock_nanosleep(
	    (clockid_t)clock, (int)flags, (const struct timespec *)span, (struct timespec *)left);

	(void)e;
	(void)f;
	return error ? fail(error) : 0;
}

static void widen_action(const struct kernel_action *narrow, struct sigaction *full)
{
	memset(full, 0, sizeof(*full));
	full->sa_handler = narrow->handler;
	full->sa_flags = (int)narrow->flags;
	memcpy(&full->sa_mask, &narrow->set, KERNEL_SET);
}

static void narrow_action(const struct sigaction *full, struct kernel_action *narrow)
{
	narrow->handler = full->sa_handler;
	narrow->flags = (unsigned)full->sa_flags;
	narrow->restorer = full->sa_restorer;
	memcpy(&narrow->set, &full->sa_mask, KERNEL_SET);
}

/* libc keeps the first real-time signals, below SIGRTMIN, to itself; who wants them here must mean it. */
long raw_rt_sigaction(long signo, long new, long old, long size, long e, long f)
{
	struct sigaction action, before;

	if ((size_t)size != KERNEL_SET || (signo >= __SIGRTMIN && signo < SIGRTMIN))
		return libc.syscall(SYS_rt_sigaction, signo, new, old, size, e, f);
	if (new && !is_readable((const void *)new))
		return fail(EFAULT);
	if (new)
		widen_action((const struct kernel_action *)new, &action);
	if (sigaction((int)signo, new ? &action : NULL, &before) < 0)
		return -1;
	if (old)
		narrow_action(&before, (struct kernel_action *)old);
	return 0;
}
