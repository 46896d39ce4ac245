/*
 * The calls that make a descriptor and have no file of their own here: an existing entry of the file-descriptor table
 * for the number belongs to a descriptor that was closed without our notice. For the calls by syscall() see
 * preload/syscall/syscall.c. A descriptor from ioctl, or from a ring's completion, stays unknown, see is_unknown().
 */
#include "preload/core/blocking.h"
#include <fcntl.h>
#include <stdarg.h>

/* A new open file description. Without greenlets, only a stale entry of the table is removed. */
static int noted(int fd)
{
	if (fd >= 0 && self)
		fd_born(fd, 0);
	else if (fd >= 0 && fd_traits(fd))
		fd_forget(fd);
	return fd;
}

int eventfd(unsigned int count, int flags)
{
	return noted(libc.eventfd(count, flags));
}

int timerfd_create(clockid_t clock, int flags)
{
	return noted(libc.timerfd_create(clock, flags));
}

/* For an existing descriptor the call only changes the signals. */
int signalfd(int fd, const sigset_t *mask, int flags)
{
	int made = libc.signalfd(fd, mask, flags);

	return fd == -1 ? noted(made) : made;
}

int epoll_create(int size)
{
	return noted(libc.epoll_create(size));
}

int inotify_init(void)
{
	return noted(libc.inotify_init());
}

int inotify_init1(int flags)
{
	return noted(libc.inotify_init1(flags));
}

int fanotify_init(unsigned int flags, unsigned int event_flags)
{
	return noted(libc.fanotify_init(flags, event_flags));
}

int memfd_create(const char *name, unsigned int flags)
{
	return noted(libc.memfd_create(name, flags));
}

/* The last two arguments are there only where a queue can come to be; libc passes them on as they are. */
static mqd_t do_mq_open(const char *name, int flags, ...)
{
	struct mq_attr *attributes = NULL;
	mode_t mode = 0;
	va_list rest;

	if (flags & O_CREAT) {
		va_start(rest, flags);
		mode = va_arg(rest, mode_t);
		attributes = va_arg(rest, struct mq_attr *);
		va_end(rest);
	}
	return noted(libc.mq_open(name, flags, mode, attributes));
}
synonym(mq_open, do_mq_open);

/* The name that code built with _FORTIFY_SOURCE calls takes no mode. Where one is needed, libc ends the program. */
mqd_t __mq_open_2(const char *name, int flags)
{
	return flags & O_CREAT ? libc.__mq_open_2(name, flags) : do_mq_open(name, flags);
}

int mq_close(mqd_t queue)
{
	int result;

	if (fd_is_ours(queue)) {
		errno = EBADF;
		return -1;
	}
	fd_closing(queue);
	result = libc.mq_close(queue);
	if (queue >= 0)
		poller_closed((unsigned)queue, (unsigned)queue);
	return result;
}
