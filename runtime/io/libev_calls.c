/*
 * The functions that libev calls. libev is linked into the library, and the Makefile renames, in our copy, the name of
 * each function defined here to the prefixed one. So libev gets the kernel and our memory, whatever the program defines
 * under the names that libev was compiled with. All of this runs on the hub's own context.
 */
#include "loop.h"
#include "poller.h"
#include "runtime/sched/handlers.h"
#include "runtime/sched/hub.h"
#include "runtime/signal/dispatch.h"
#include "runtime/signal/stop.h"
#include "runtime/sys/clock.h"
#include "runtime/sys/memory.h"
#include "runtime/sys/refusal.h"
#include "runtime/sys/sys.h"
#include "runtime/sys/torture.h"
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

/* libev's objects are not compiled with us: no header of ours declares these. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

#define MOST_AT_ONCE 128

/* Returns the result in libc's way, with errno, which libev expects. */
static int answer(long result)
{
	if (result >= 0)
		return (int)result;
	errno = (int)-result;
	return -1;
}

void *libev_realloc(void *old, size_t size)
{
	return memory_resize(old, size);
}

void *libev_malloc(size_t size)
{
	return memory_alloc(size);
}

void libev_free(void *memory)
{
	memory_free(memory);
}

int libev_clock_gettime(clockid_t clock, struct timespec *t)
{
	return answer(kernel_clock(clock, t));
}

/* Called only if there is no clock_gettime. */
int libev_gettimeofday(struct timeval *t, void *unused)
{
	struct timespec now;

	(void)unused;
	kernel_clock(CLOCK_REALTIME, &now);
	*t = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
	return 0;
}

int libev_nanosleep(const struct timespec *span, struct timespec *left)
{
	struct timespec rest = *span;
	int result = sys_nanosleep(&rest);

	if (result < 0 && left)
		*left = rest;
	return answer(result);
}

/* Moves the descriptor of our own event loop away from the number that the program expects for its next one. */
int libev_epoll_create1(int flags)
{
	int fd = hub_adopt_fd(answer(sys_epoll_create(flags)));

	if (hub_running)
		hub_running->io.epoll_fd = fd;
	return fd;
}

int libev_epoll_create(int size)
{
	(void)size;
	return libev_epoll_create1(EPOLL_CLOEXEC);
}

/*
 * libev aborts the process if the kernel refuses a descriptor. That happens when another OS thread closes it just after
 * a greenlet has begun to wait for it (EBADF), or when epoll instances watch each other too deeply (ELOOP, EINVAL).
 * libev takes EPERM to mean a file, which is always ready: so a waiter looks again, and the kernel tells it the reason.
 */
int libev_epoll_ctl(int epoll_fd, int operation, int fd, struct epoll_event *event)
{
	int result = sys_epoll_ctl(epoll_fd, operation, fd, event);

	if (epoll_is_refused(-result)) {
		loop_lost_epoll(hub_running);
		result = -EPERM;
	}
	return answer(result == -EBADF || result == -ELOOP || result == -EINVAL ? -EPERM : result);
}

/* After a wait that was interrupted: if no handler has run since, the process may have been stopped and continued. */
static void look_for_stop(int result, unsigned handlers_before)
{
	struct hub *hub = hub_running;

	if (hub && result == -EINTR && handlers_run == handlers_before && was_ended_by_stop())
		note_stop(hub);
}

/*
 * If thousands of descriptors are ready, what the kernel has read would have left the processor's caches before the
 * last of them is handled: so they are fetched in small batches.
 */
int libev_epoll_wait(int epoll_fd, struct epoll_event *events, int most, int timeout)
{
	struct hub *hub = hub_running;
	unsigned before = handlers_run;
	int n;

	if (timeout && torture_strikes(4)) /* a poll that does not wait is not interrupted */
		return answer(-EINTR);
	n = sys_epoll_wait(epoll_fd, events, most < MOST_AT_ONCE ? most : MOST_AT_ONCE, timeout);
	look_for_stop(n, before);
	if (n > 0)
		poller_fetch_ahead(hub, events, n);
	if (is_refusal(-n)) {
		loop_lost_epoll(hub);
		n = -EINTR;
	}
	return answer(n);
}

/*
 * Of the backend that is used if epoll is refused. If every poll is refused, too, all descriptors count as ready after
 * a moment, and the waiters check them themselves.
 */
int libev_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	struct timespec span = {timeout / 1000, timeout % 1000 * (long)NANOS_PER_MSEC}, moment = {0, NANOS_PER_MSEC};
	unsigned before = handlers_run;
	int n = sys_poll(fds, count, timeout < 0 ? NULL : &span);
	nfds_t i;

	look_for_stop(n, before);
	if (!is_refusal(-n))
		return answer(n);
	sys_nanosleep(&moment);
	for (i = 0; i < count; i++)
		fds[i].revents = fds[i].events;
	return (int)count;
}

int libev_eventfd(unsigned value, int flags)
{
	return answer(sys_eventfd(value, flags));
}

int libev_timerfd_create(clockid_t clock, int flags)
{
	return answer(sys_timerfd_create(clock, flags));
}

int libev_timerfd_settime(int fd, int flags, const struct itimerspec *setting, struct itimerspec *before)
{
	(void)before;
	return answer(sys_timerfd_settime(fd, flags, setting));
}

ssize_t libev_read(int fd, void *buf, size_t count)
{
	return answer(sys_read(fd, buf, count));
}

ssize_t libev_write(int fd, const void *buf, size_t count)
{
	return answer(sys_write(fd, buf, count));
}

int libev_close(int fd)
{
	return answer(sys_close(fd));
}

int libev_fcntl(int fd, int command, ...)
{
	va_list rest;
	long arg;

	va_start(rest, command);
	arg = va_arg(rest, long);
	va_end(rest);
	return answer(sys_fcntl(fd, command, arg));
}

pid_t libev_getpid(void)
{
	return sys_getpid();
}

/* LIBEV_FLAGS does not apply to our loops. */
char *libev_getenv(const char *name)
{
	(void)name;
	return NULL;
}

/*
 * libev prints here before it aborts the process, which we cannot prevent. Nothing is printed into the program's
 * output.
 */
FILE *libev_stderr;

void libev_perror(const char *what)
{
	(void)what;
}

int libev___fprintf_chk(FILE *file, int flag, const char *format, ...)
{
	(void)file;
	(void)flag;
	(void)format;
	return 0;
}

int libev_fprintf(FILE *file, const char *format, ...)
{
	(void)file;
	(void)format;
	return 0;
}

/*
 * Functions that only these parts of libev call: its other backends, its parsing of LIBEV_FLAGS, and its watchers for
 * files, children, signals, other threads and the time of day (some builds of libev call floor() for that). We use none
 * of them.
 */
#define NEVER_CALLED(name)                                                                                             \
	long libev_##name(void)                                                                                        \
	{                                                                                                              \
		errno = ENOSYS;                                                                                        \
		return -1;                                                                                             \
	}

NEVER_CALLED(__lxstat)
NEVER_CALLED(lstat)
NEVER_CALLED(__isoc23_strtol)
NEVER_CALLED(dup2)
NEVER_CALLED(floor)
NEVER_CALLED(getegid)
NEVER_CALLED(geteuid)
NEVER_CALLED(getgid)
NEVER_CALLED(getuid)
NEVER_CALLED(inotify_add_watch)
NEVER_CALLED(inotify_init)
NEVER_CALLED(inotify_init1)
NEVER_CALLED(inotify_rm_watch)
NEVER_CALLED(mmap)
NEVER_CALLED(munmap)
NEVER_CALLED(pipe)
NEVER_CALLED(select)
NEVER_CALLED(sigaction)
NEVER_CALLED(signal)
NEVER_CALLED(signalfd)
NEVER_CALLED(sigprocmask)
NEVER_CALLED(statfs)
NEVER_CALLED(strtol)
NEVER_CALLED(syscall)
NEVER_CALLED(uname)
NEVER_CALLED(waitpid)
