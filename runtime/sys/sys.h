/*
 * The runtime's system calls. None goes through libc: a program or a preloaded library may define the wrapper, and may
 * answer otherwise than the kernel, wait, or call back. Each returns what the kernel returns, -errno for a failure, and
 * leaves errno alone. None is a cancellation point. All are async-signal-safe and may be called on the hub's own
 * context.
 */
#ifndef RUNTIME_SYS_SYS_H
#define RUNTIME_SYS_SYS_H

#include "arch.h"
#include "fiber.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>

/* How many bytes of a signal set the kernel knows. */
#define SYS_SIGSET_BYTES 8

static inline pid_t sys_getpid(void)
{
	return (pid_t)raw_syscall(SYS_getpid, 0, 0, 0, 0, 0, 0);
}

/* The kernel's id of the calling OS thread: gettid() answers with the greenlet's. */
static inline pid_t os_thread_id(void)
{
	return (pid_t)raw_syscall(SYS_gettid, 0, 0, 0, 0, 0, 0);
}

static inline ssize_t sys_read(int fd, void *buf, size_t count)
{
	return raw_syscall(SYS_read, fd, (long)buf, (long)count, 0, 0, 0);
}

static inline ssize_t sys_write(int fd, const void *buf, size_t count)
{
	return raw_syscall(SYS_write, fd, (long)buf, (long)count, 0, 0, 0);
}

static inline int sys_fstat(int fd, struct stat *status)
{
	return (int)raw_syscall(SYS_fstat, fd, (long)status, 0, 0, 0, 0);
}

static inline off_t sys_lseek(int fd, off_t offset, int whence)
{
	return raw_syscall(SYS_lseek, fd, offset, whence, 0, 0, 0);
}

static inline int sys_getsockopt(int fd, int level, int option, void *value, socklen_t *size)
{
	return (int)raw_syscall(SYS_getsockopt, fd, level, option, (long)value, (long)size, 0);
}

static inline int sys_close(int fd)
{
	return (int)raw_syscall(SYS_close, fd, 0, 0, 0, 0, 0);
}

static inline int sys_close_range(unsigned first, unsigned last, unsigned flags)
{
	return (int)raw_syscall(SYS_close_range, first, last, flags, 0, 0, 0);
}

static inline int sys_fcntl(int fd, int command, long arg)
{
	return (int)raw_syscall(SYS_fcntl, fd, command, arg, 0, 0, 0);
}

/* Rounded up; -1 for NULL, for ever. */
static inline long sys_milliseconds(const struct timespec *span)
{
	if (!span)
		return -1;
	return span->tv_sec >= INT_MAX / 1000 ? INT_MAX : span->tv_sec * 1000 + (span->tv_nsec + 999999) / 1000000;
}

/* A span of NULL waits for ever. The kernel changes *span to what is left. */
static inline int sys_poll(struct pollfd *fds, nfds_t n, struct timespec *span)
{
	long ready = raw_syscall(SYS_ppoll, (long)fds, (long)n, (long)span, 0, SYS_SIGSET_BYTES, 0);

#ifdef SYS_poll
	if (ready == -EPERM || ready == -ENOSYS) /* of a filter that knows the older call alone */
		ready = raw_syscall(SYS_poll, (long)fds, (long)n, sys_milliseconds(span), 0, 0, 0);
#endif
	return (int)ready;
}

/* NULL for a failure, whatever its cause. */
static inline void *sys_mmap(void *address, size_t size, int protection, int flags)
{
	unsigned long result = (unsigned long)raw_syscall(
	    SYS_mmap, (long)address, (long)size, protection, flags, -1, 0);

	fiber_acquire_pages();
	return result > -4096ul ? NULL : (void *)result;
}

/* Moves pages to where others may be, in their place. Returns 0 or -errno. */
static inline int sys_move_pages(void *from, size_t size, void *to)
{
	unsigned long result = (unsigned long)raw_syscall(
	    SYS_mremap, (long)from, (long)size, (long)size, MREMAP_MAYMOVE | MREMAP_FIXED, (long)to, 0);

	return result > -4096ul ? (int)result : 0;
}

static inline int sys_munmap(void *address, size_t size)
{
	fiber_release_pages();
	return (int)raw_syscall(SYS_munmap, (long)address, (long)size, 0, 0, 0, 0);
}

static inline int sys_mprotect(void *address, size_t size, int protection)
{
	return (int)raw_syscall(SYS_mprotect, (long)address, (long)size, protection, 0, 0, 0);
}

static inline int sys_madvise(void *address, size_t size, int advice)
{
	return (int)raw_syscall(SYS_madvise, (long)address, (long)size, advice, 0, 0, 0);
}

static inline int sys_eventfd(unsigned value, int flags)
{
	return (int)raw_syscall(SYS_eventfd2, value, flags, 0, 0, 0, 0);
}

static inline int sys_timerfd_create(clockid_t clock, int flags)
{
	return (int)raw_syscall(SYS_timerfd_create, clock, flags, 0, 0, 0, 0);
}

static inline int sys_timerfd_settime(int fd, int flags, const struct itimerspec *setting)
{
	return (int)raw_syscall(SYS_timerfd_settime, fd, flags, (long)setting, 0, 0, 0);
}

static inline int sys_signalfd(int fd, uint64_t signals, int flags)
{
	return (int)raw_syscall(SYS_signalfd4, fd, (long)&signals, SYS_SIGSET_BYTES, flags, 0, 0);
}

static inline int sys_epoll_create(int flags)
{
	return (int)raw_syscall(SYS_epoll_create1, flags, 0, 0, 0, 0, 0);
}

static inline int sys_epoll_ctl(int epoll_fd, int operation, int fd, struct epoll_event *event)
{
	return (int)raw_syscall(SYS_epoll_ctl, epoll_fd, operation, fd, (long)event, 0, 0);
}

/* timeout in milliseconds, -1 for ever, as epoll_wait(2). */
static inline int sys_epoll_wait(int epoll_fd, struct epoll_event *events, int most, int timeout)
{
	long n = raw_syscall(SYS_epoll_pwait, epoll_fd, (long)events, most, timeout, 0, SYS_SIGSET_BYTES);

#ifdef SYS_epoll_wait
	if (n == -EPERM || n == -ENOSYS) /* of a filter that knows the older call alone */
		n = raw_syscall(SYS_epoll_wait, epoll_fd, (long)events, most, timeout, 0, 0);
#endif
	return (int)n;
}

/* before may be NULL. */
static inline void sys_set_mask(int how, uint64_t signals, uint64_t *before)
{
	raw_syscall(SYS_rt_sigprocmask, how, (long)&signals, (long)before, SYS_SIGSET_BYTES, 0, 0);
}

static inline uint64_t sys_get_mask(void)
{
	uint64_t mask = 0;

	raw_syscall(SYS_rt_sigprocmask, SIG_BLOCK, 0, (long)&mask, SYS_SIGSET_BYTES, 0, 0);
	return mask;
}

/* The kernel's own timer ids: libc's timer_t hides them where SIGEV_THREAD is in use. */
static inline int sys_timer_create(clockid_t clock, struct sigevent *event, int *timer)
{
	return (int)raw_syscall(SYS_timer_create, clock, (long)event, (long)timer, 0, 0, 0);
}

static inline int sys_timer_settime(int timer, const struct itimerspec *setting)
{
	return (int)raw_syscall(SYS_timer_settime, timer, 0, (long)setting, 0, 0, 0);
}

static inline void sys_timer_delete(int timer)
{
	raw_syscall(SYS_timer_delete, timer, 0, 0, 0, 0, 0);
}

/* The soft limit of the process; RLIM_INFINITY where there is none to be had. */
static inline rlim_t sys_limit(int resource)
{
	struct rlimit64 limit = {0};

	if (raw_syscall(SYS_prlimit64, 0, resource, 0, (long)&limit, 0, 0) != 0)
		return RLIM_INFINITY;
	return limit.rlim_cur;
}

static inline void sys_sched_yield(void)
{
	raw_syscall(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
}

/* The kernel changes *span to what is left of it after -EINTR. */
static inline int sys_nanosleep(struct timespec *span)
{
	return (int)raw_syscall(SYS_nanosleep, (long)span, (long)span, 0, 0, 0, 0);
}

/* Writes where the process may, as by a system call: no fault. Returns whether it has. */
static inline bool sys_poke(void *to, const void *from, size_t size)
{
	struct iovec source = {(void *)from, size}, target = {to, size};

	return raw_syscall(SYS_process_vm_writev, sys_getpid(), (long)&source, 1, (long)&target, 1, 0) == (long)size;
}

#endif
