/*
 * connect. No flag makes a single call non-blocking, so O_NONBLOCK is set during an attempt, between two system calls,
 * if no other process can see it: this process has made the socket and has not forked since. That holds for nearly
 * every socket that is ever connected; an offload thread connects the others.
 *
 * The accepting thread may be a greenlet of ours, and a listener's backlog is short: the loop is polled after each
 * connect, and a greenlet that waits for connections goes before all others that would connect.
 */
#include "common.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/preempt.h"
#include "runtime/sys/memory.h"
#include "runtime/sys/user_memory.h"
#include <stdlib.h>
#include <string.h>

struct connecting {
	const struct sockaddr *address;
	socklen_t length;
	int pending; /* EINPROGRESS or EALREADY once the connection is in progress */
};

struct connect_job {
	int fd, result, error;
	socklen_t length;
	struct sockaddr_storage address;
};

static void run_connect(void *arg)
{
	struct connect_job *job = arg;

	job->result = libc.connect(job->fd, (struct sockaddr *)&job->address, job->length);
	job->error = errno;
}

/* False for an address that is too long or cannot be read, which the kernel is to refuse. */
static bool is_addressable(const struct connecting *to)
{
	const char *first = (const char *)to->address;

	return to->length > 0 && to->length <= sizeof(struct sockaddr_storage) && is_readable(first) &&
	       is_readable(first + to->length - 1);
}

/* No offload thread is available. */
static int connect_in_turns(int fd, const struct connecting *to)
{
	struct connect_job job = {.fd = fd, .length = to->length};

	memcpy(&job.address, to->address, to->length);
	wait_in_turns(run_connect, &job);
	errno = job.error;
	return job.result;
}

/* If the caller is killed or interrupted meanwhile, the connection is still in progress. */
static int connect_offloaded(struct blocking *call, const struct connecting *to)
{
	struct connect_job *job;
	int result;

	if (!is_addressable(to))
		return libc.connect(call->fd, to->address, to->length);
	job = memory_alloc(sizeof(*job));
	if (!job)
		return -1;
	*job = (struct connect_job){.fd = call->fd, .length = to->length};
	memcpy(&job->address, to->address, to->length);
	if (!finishes_offloaded(call, run_connect, memory_free, job))
		return errno == EAGAIN ? connect_in_turns(call->fd, to) : -1;
	result = job->result;
	errno = job->error;
	memory_free(job);
	return result;
}

static int connect_without_waiting(int fd, const struct connecting *to)
{
	int on = 1, off = 0, result, error;

	libc.ioctl(fd, FIONBIO, &on);
	result = libc.connect(fd, to->address, to->length);
	error = errno;
	libc.ioctl(fd, FIONBIO, &off);
	errno = error;
	return result;
}

/* poll(2) cannot wait for room in the backlog of an AF_UNIX listener, so an offload thread connects. */
static int start_connecting(struct blocking *call, struct connecting *to)
{
	int result;

	if (!(call->traits & FD_PRIVATE))
		return connect_offloaded(call, to);
	result = connect_without_waiting(call->fd, to);
	if (result < 0 && errno == EAGAIN)
		return connect_offloaded(call, to);
	poll_soon(self->hub);
	if (result == 0)
		yield_now();
	if (result < 0 && (errno == EINPROGRESS || errno == EALREADY)) {
		to->pending = errno;
		errno = EAGAIN;
	}
	return result;
}

/*
 * True if a second connect() returns the result of the first one, and leaves the socket as a blocking one would have.
 */
static bool tells_the_outcome(const struct sockaddr *address)
{
	return address->sa_family == AF_INET || address->sa_family == AF_INET6 || address->sa_family == AF_VSOCK;
}

static int finish_connecting(struct blocking *call, const struct connecting *to)
{
	int result;

	if (!ready_events(call->fd, POLLOUT)) {
		errno = EAGAIN;
		return -1;
	}
	if (!tells_the_outcome(to->address)) {
		errno = socket_option(call->fd, SO_ERROR);
		return errno ? -1 : 0;
	}
	result = libc.connect(call->fd, to->address, to->length);
	return result < 0 && errno == EISCONN ? 0 : result;
}

/* A datagram socket only stores the address. */
static bool never_waits(const struct blocking *call)
{
	if (call->traits & FD_STREAM)
		return false;
	return !(call->traits & FD_SOCKET) || socket_option(call->fd, SO_TYPE) == SOCK_DGRAM;
}

static int attempt_connect(struct blocking *call, struct connecting *to)
{
	if (goes_native(call) || never_waits(call))
		return libc.connect(call->fd, to->address, to->length);
	return to->pending ? finish_connecting(call, to) : start_connecting(call, to);
}

/* Unlike other calls, a connect that is interrupted, or whose time is over, does not check again. */
static bool park_for_connection(struct blocking *call)
{
	bool again = park_until_ready(call);

	if (again && call->over)
		errno = call->over;
	return again && !call->over;
}

/* When the time is over (SO_SNDTIMEO), or a signal handler has run, the connection is still in progress. */
int connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t length)
{
	struct blocking call = blocking_on(CALL_connect, fd, POLLOUT);
	struct connecting to = {.address = address.__sockaddr__, .length = length};
	int result;

	do
		result = attempt_connect(&call, &to);
	while (result < 0 && to.pending && park_for_connection(&call));
	if (result < 0 && to.pending && errno == EAGAIN)
		errno = to.pending;
	return (int)settled(&call, result);
}

synonym(__connect, connect);
