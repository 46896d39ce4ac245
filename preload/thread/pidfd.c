/*
 * Descriptors of threads. That of a greenlet is a socket, whose peer is closed when the greenlet ends: then poll(2)
 * reports it as readable and hung up, as it does a pidfd. If sockets are refused it is an eventfd, which becomes
 * readable. Calls on a pidfd that the kernel refuses for such a descriptor are implemented here.
 */
#include "preload/core/blocking.h"
#include "preload/core/thread_ids.h"
#include "preload/signal/calls.h"
#include "runtime/signal/addressee.h"
#include "runtime/sys/sys.h"
#include <stdio.h>
#include <sys/utsname.h>

#ifndef PIDFD_NONBLOCK
#define PIDFD_NONBLOCK O_NONBLOCK
#endif
#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL
#endif
#ifndef PIDFD_SIGNAL_THREAD
#define PIDFD_SIGNAL_THREAD       1u
#define PIDFD_SIGNAL_THREAD_GROUP 2u
#endif

/* The error for a thread that is not the first of a process: Linux 6.15 has changed it. */
static int error_of_no_process(void)
{
	struct utsname system;
	int major = 0, minor = 0;

	if (uname(&system) == 0)
		sscanf(system.release, "%d.%d", &major, &minor);
	return major > 6 || (major == 6 && minor >= 15) ? ENOENT : EINVAL;
}

/* Returns 0 or -errno. */
static int borrow(int fd, int *borrowed)
{
	if (fd < 0)
		return fd;
	fd = borrow_fd(fd);
	if (fd < 0)
		return -EMFILE;
	*borrowed = fd;
	return 0;
}

/* Returns 0 or -errno. */
static int make_end(struct greenlet *g)
{
	int ends[2] = {-1, -1}, error;

	if (raw_syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, (long)ends, 0, 0) != 0)
		return borrow(sys_eventfd(0, O_CLOEXEC), &g->life.end_fd);
	error = borrow(ends[1], &g->life.end_peer);
	if (!error)
		error = borrow(ends[0], &g->life.end_fd);
	else
		sys_close(ends[0]);
	if (error && g->life.end_peer) {
		disown_fd(g->life.end_peer);
		g->life.end_peer = 0;
	}
	return error;
}

static int open_end(struct greenlet *g)
{
	int error = g->life.end_fd ? 0 : make_end(g), twin;

	if (error)
		return (int)with_errno(error);
	twin = libc.fcntl(g->life.end_fd, F_DUPFD_CLOEXEC, 0);
	if (twin >= 0 && !note_addressee(OF_PIDFD, twin, g)) {
		libc.close(twin);
		return (int)with_errno(-ENOMEM);
	}
	if (twin >= 0)
		fd_born(twin, 0);
	return twin;
}

/*
 * The hub of another OS thread may end the greenlet meanwhile, so only the greenlet's own hub makes a descriptor of it.
 */
static int noted_as_made(int fd)
{
	if (fd >= 0 && (self || fd_traits(fd)))
		fd_made(fd);
	return fd;
}

int pidfd_open(pid_t id, unsigned flags)
{
	struct greenlet *g = greenlet_named(id);

	if (!g)
		return noted_as_made(libc.pidfd_open(id, flags));
	if (flags & ~(unsigned)(PIDFD_NONBLOCK | PIDFD_THREAD))
		return (int)with_errno(-EINVAL);
	if (!(flags & PIDFD_THREAD))
		return (int)with_errno(-error_of_no_process());
	if (!self || self->hub != g->hub)
		return (int)with_errno(-ESRCH);
	return open_end(g);
}

/* True for a descriptor of a greenlet; *g is NULL if the greenlet has ended. */
static bool is_of_greenlet(int fd, struct greenlet **g)
{
	*g = NULL;
	return addressee_of(OF_PIDFD, fd, NULL, g) && libc.fcntl(fd, F_GETFD) >= 0;
}

static int send_to(struct greenlet *g, int signo, const siginfo_t *info, unsigned flags)
{
	if (flags & ~(PIDFD_SIGNAL_THREAD | PIDFD_SIGNAL_THREAD_GROUP) || (info && info->si_signo != signo))
		return EINVAL;
	if (flags & PIDFD_SIGNAL_THREAD_GROUP)
		return libc.kill(sys_getpid(), signo) == 0 ? 0 : errno;
	if (!g)
		return ESRCH;
	return info ? do_pthread_sigqueue(thread_of(g), signo, info->si_value) : do_pthread_kill(thread_of(g), signo);
}

/* The kernel refuses a descriptor that is not a pidfd of its own; then nothing has happened yet. */
int pidfd_send_signal(int fd, int signo, siginfo_t *info, unsigned flags)
{
	int before = errno, result = libc.pidfd_send_signal(fd, signo, info, flags);
	struct greenlet *g;

	if (result == 0 || errno != EBADF || !has_addressees() || !is_of_greenlet(fd, &g))
		return result;
	errno = before;
	return (int)with_errno(-send_to(g, signo, info, flags));
}

int pidfd_getfd(int fd, int target, unsigned flags)
{
	int result = libc.pidfd_getfd(fd, target, flags);
	struct greenlet *g;

	if (result >= 0 || errno != EBADF || flags || !has_addressees() || !is_of_greenlet(fd, &g))
		return noted_as_made(result);
	result = g ? libc.fcntl(target, F_DUPFD_CLOEXEC, 0) : (int)with_errno(-ESRCH);
	if (result >= 0)
		fd_shared(target);
	return noted_as_made(result);
}

/* libc reads what /proc shows of the descriptor. */
pid_t pidfd_getpid(int fd)
{
	pid_t id = libc.pidfd_getpid(fd);
	struct greenlet *g;

	if (id >= 0 || errno != EBADF || !has_addressees() || !is_of_greenlet(fd, &g))
		return id;
	return g && !g->life.ended ? thread_id_of(g) : (pid_t)with_errno(-ESRCH);
}
