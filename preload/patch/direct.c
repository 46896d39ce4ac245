#include "direct.h"
#include "arch.h"
#include "preload/core/blocking.h"
#include "preload/core/syscall_numbers.h"
#include <linux/futex.h>
#include <stdarg.h>
#include <sys/single_threaded.h>
#include <sys/wait.h>

/* True for a thread that cannot be cancelled by libc's means: the only one, a greenlet, a hub. */
static bool is_safe_from_libc(void)
{
	return __atomic_load_n(&__libc_single_threaded, __ATOMIC_RELAXED) || self || hub_running;
}

/* As in libc: during the call, a cancellation ends the thread wherever it is. */
static __attribute__((noinline)) long cancellable(long number, long a, long b, long c, long d, long e, long f)
{
	long result;
	int type;

	libc.pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
	result = raw_syscall(number, a, b, c, d, e, f);
	libc.pthread_setcanceltype(type, NULL);
	return result;
}

static inline long ask_kernel(long number, long a, long b, long c, long d, long e, long f)
{
	if (likely(is_safe_from_libc()))
		return raw_syscall(number, a, b, c, d, e, f);
	return cancellable(number, a, b, c, d, e, f);
}

ssize_t down_read(int fd, void *buf, size_t count)
{
	return with_errno(ask_kernel(SYS_read, fd, (long)buf, (long)count, 0, 0, 0));
}

ssize_t down_write(int fd, const void *buf, size_t count)
{
	return with_errno(ask_kernel(SYS_write, fd, (long)buf, (long)count, 0, 0, 0));
}

/* The mode argument is there only if a file may be created; otherwise the kernel ignores it. */
static bool has_mode(int flags)
{
	return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE;
}

int down_openat(int dir, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list rest;

	va_start(rest, flags);
	if (has_mode(flags))
		mode = va_arg(rest, mode_t);
	va_end(rest);
	return (int)with_errno(ask_kernel(SYS_openat, dir, (long)path, flags, mode, 0, 0));
}

int down_open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list rest;

	va_start(rest, flags);
	if (has_mode(flags))
		mode = va_arg(rest, mode_t);
	va_end(rest);
	return (int)with_errno(ask_kernel(SYS_openat, AT_FDCWD, (long)path, flags, mode, 0, 0));
}

int down_connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t length)
{
	return (int)with_errno(ask_kernel(SYS_connect, fd, (long)address.__sockaddr__, length, 0, 0, 0));
}

int down_accept(int fd, __SOCKADDR_ARG address, socklen_t *restrict length)
{
	return (int)with_errno(ask_kernel(SYS_accept, fd, (long)address.__sockaddr__, (long)length, 0, 0, 0));
}

int down_accept4(int fd, __SOCKADDR_ARG address, socklen_t *restrict length, int flags)
{
	return (int)with_errno(ask_kernel(SYS_accept4, fd, (long)address.__sockaddr__, (long)length, flags, 0, 0));
}

ssize_t down_recv(int fd, void *buf, size_t count, int flags)
{
	return with_errno(ask_kernel(SYS_recvfrom, fd, (long)buf, (long)count, flags, 0, 0));
}

ssize_t down_recvfrom(
    int fd, void *restrict buf, size_t count, int flags, __SOCKADDR_ARG from, socklen_t *restrict length)
{
	return with_errno(
	    ask_kernel(SYS_recvfrom, fd, (long)buf, (long)count, flags, (long)from.__sockaddr__, (long)length));
}

ssize_t down_recvmsg(int fd, struct msghdr *msg, int flags)
{
	return with_errno(ask_kernel(SYS_recvmsg, fd, (long)msg, flags, 0, 0, 0));
}

ssize_t down_send(int fd, const void *buf, size_t count, int flags)
{
	return with_errno(ask_kernel(SYS_sendto, fd, (long)buf, (long)count, flags, 0, 0));
}

ssize_t down_sendto(int fd, const void *buf, size_t count, int flags, __CONST_SOCKADDR_ARG to, socklen_t length)
{
	return with_errno(ask_kernel(SYS_sendto, fd, (long)buf, (long)count, flags, (long)to.__sockaddr__, length));
}

ssize_t down_sendmsg(int fd, const struct msghdr *msg, int flags)
{
	return with_errno(ask_kernel(SYS_sendmsg, fd, (long)msg, flags, 0, 0, 0));
}

int down_sendmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags)
{
	return (int)with_errno(ask_kernel(SYS_sendmmsg, fd, (long)messages, count, flags, 0, 0));
}

/* The kernel stores the remaining time in its argument; poll()'s caller must not see that. */
int down_poll(struct pollfd *fds, nfds_t n, int timeout)
{
	struct timespec limit = {timeout / 1000, timeout % 1000 * 1000000L};

	if (SYS_poll < NUMBERS)
		return (int)with_errno(ask_kernel(SYS_poll, (long)fds, (long)n, timeout, 0, 0, 0));
	return (int)with_errno(
	    ask_kernel(SYS_ppoll, (long)fds, (long)n, timeout < 0 ? 0 : (long)&limit, 0, _NSIG / 8, 0));
}

int down_clock_nanosleep(clockid_t clock, int flags, const struct timespec *span, struct timespec *left)
{
	if (clock == CLOCK_THREAD_CPUTIME_ID)
		return EINVAL;
	if (clock == CLOCK_PROCESS_CPUTIME_ID)
		clock = (clockid_t)~7 | 2; /* the kernel's name for the clock of the calling process */
	return (int)-ask_kernel(SYS_clock_nanosleep, clock, flags, (long)span, (long)left, 0, 0);
}

pid_t down_wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
	return (pid_t)with_errno(ask_kernel(SYS_wait4, pid, (long)status, options, (long)usage, 0, 0));
}

int down_sched_yield(void)
{
	return (int)with_errno(raw_syscall(SYS_sched_yield, 0, 0, 0, 0, 0, 0));
}

int down_socket(int domain, int type, int protocol)
{
	return (int)with_errno(raw_syscall(SYS_socket, domain, type, protocol, 0, 0, 0));
}

int down_pipe(int fds[2])
{
	return (int)with_errno(raw_syscall(SYS_pipe2, (long)fds, 0, 0, 0, 0, 0));
}

int down_pipe2(int fds[2], int flags)
{
	return (int)with_errno(raw_syscall(SYS_pipe2, (long)fds, flags, 0, 0, 0, 0));
}

int down_dup(int fd)
{
	return (int)with_errno(raw_syscall(SYS_dup, fd, 0, 0, 0, 0, 0));
}

/* dup3 fails where dup2 succeeds at once: if both numbers are the same descriptor. */
int down_dup2(int fd, int twin)
{
	if (SYS_dup2 < NUMBERS)
		return (int)with_errno(raw_syscall(SYS_dup2, fd, twin, 0, 0, 0, 0));
	if (fd != twin)
		return (int)with_errno(raw_syscall(SYS_dup3, fd, twin, 0, 0, 0, 0));
	return raw_syscall(SYS_fcntl, fd, F_GETFD, 0, 0, 0, 0) < 0 ? (int)with_errno(-EBADF) : twin;
}

int down_dup3(int fd, int twin, int flags)
{
	return (int)with_errno(raw_syscall(SYS_dup3, fd, twin, flags, 0, 0, 0));
}

int down_close(int fd)
{
	return (int)with_errno(ask_kernel(SYS_close, fd, 0, 0, 0, 0, 0));
}

int down_close_quietly(int fd)
{
	return (int)with_errno(raw_syscall(SYS_close, fd, 0, 0, 0, 0, 0));
}
