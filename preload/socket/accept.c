/*
 * accept. No flag makes a single call non-blocking, and O_NONBLOCK belongs to the open file description, which other
 * processes may share. So poll(2) checks first, and accept is called when a connection is there.
 *
 * If only this process has the listening socket, the connection cannot disappear in between: the kernel keeps it even
 * if the peer gives up, greenlets do not switch between the two calls, and only an OS thread without greenlets that
 * accepts on the same socket could win the race; then this call really blocks until the next connection. If other
 * processes may have the socket (it was inherited, received, or there was a fork since), that race is likely, as a
 * connection wakes all of them: an offload thread accepts, and if it waits, no greenlet but the caller waits with it.
 */
#include "common.h"

struct accepting {
	struct sockaddr *address;
	socklen_t *length;
	int flags;
	enum call which;
};

struct accept_job {
	int fd;
	const struct accepting *how;
	int result, error;
};

/* Uses the call that the program makes: a filter may allow one and not the other. */
static int accept_now(int fd, const struct accepting *how)
{
	if (how->which == CALL_accept)
		return libc.accept(fd, how->address, how->length);
	return libc.accept4(fd, how->address, how->length, how->flags);
}

static void run_accept(void *arg)
{
	struct accept_job *job = arg;

	job->result = accept_now(job->fd, job->how);
	job->error = errno;
}

static int accept_offloaded(struct blocking *call, const struct accepting *how)
{
	struct accept_job job = {.fd = call->fd, .how = how};

	run_offloaded(call, run_accept, &job);
	errno = job.error;
	return job.result;
}

/* Checked once; shutdown, which ends listening, makes the socket ready. */
static bool listens(struct blocking *call)
{
	if ((call->traits & FD_LISTENS) && (call->traits & FD_SOCKET))
		return true;
	if (!socket_option(call->fd, SO_ACCEPTCONN))
		return false;
	note_call(call, FD_LISTENS, 0);
	return true;
}

/* True if accept fails without looking for a connection. */
static bool fails_at_once(struct blocking *call, const struct accepting *how)
{
	return (how->flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK)) || !listens(call);
}

static int attempt_accept(struct blocking *call, const struct accepting *how)
{
	if (goes_native(call))
		return accept_now(call->fd, how);
	if (!ready_events(call->fd, POLLIN)) {
		if (fails_at_once(call, how))
			return accept_now(call->fd, how);
		errno = EAGAIN;
		return -1;
	}
	return call->traits & FD_PRIVATE ? accept_now(call->fd, how) : accept_offloaded(call, how);
}

/*
 * The new socket's traits that come from the listening one, so that they need not be learnt: the time limits, but not
 * O_NONBLOCK. (The limits are those at the time of the connection. A limit that is noted but not set costs a system
 * call, no more.)
 */
static void note_accepted(const struct blocking *call, int fd, int flags)
{
	uint32_t inherited = call->traits & (FD_STREAM | FD_RCVTIMEO | FD_SNDTIMEO | FD_RCVLOWAT);

	if (flags & SOCK_NONBLOCK)
		inherited |= FD_NONBLOCK;
	uint32_t listener = fd_traits(call->fd);

	fd_born(fd, call->green ? inherited | FD_SOCKET : 0);
	if ((listener & (FD_KNOWN | FD_MAY_LINGER)) != FD_KNOWN)
		fd_note(fd, FD_MAY_LINGER, 0);
}

static int accept_with(int fd, const struct accepting *how)
{
	struct blocking call = blocking_on(how->which, fd, POLLIN);
	int result;

	do
		result = attempt_accept(&call, how);
	while (result < 0 && park_until_ready(&call));
	if (result >= 0)
		note_accepted(&call, result, how->flags);
	return (int)settled(&call, result);
}

/* Noted before the first accept: a greenlet that poll or epoll wakes for a connection goes first. */
int listen(int fd, int backlog)
{
	int result = libc.listen(fd, backlog);

	if (result == 0) {
		atomic_store_explicit(&fds_listen, true, memory_order_relaxed);
		fd_note(fd, FD_LISTENS, 0);
	}
	return result;
}

int accept(int fd, __SOCKADDR_ARG address, socklen_t *restrict length)
{
	return accept_with(fd, &(struct accepting){address.__sockaddr__, length, 0, CALL_accept});
}

int accept4(int fd, __SOCKADDR_ARG address, socklen_t *restrict length, int flags)
{
	return accept_with(fd, &(struct accepting){address.__sockaddr__, length, flags, CALL_accept4});
}
