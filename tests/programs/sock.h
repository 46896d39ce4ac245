/* Helpers shared by the programs about sockets. */
#ifndef SOCK_H
#define SOCK_H

#include "say.h"
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

/* How long the other side waits before it does what the program is blocked for. */
#define LATER 40

/* A send of so many bytes waits: the buffers of a connection grow to some 36 MB. */
#define MORE_THAN_FITS ((size_t)64 << 20)

static const struct sockaddr_in loopback = {.sin_family = AF_INET, .sin_addr = {0x0100007f}};

/* A socket of that type on a free port of the loopback interface, and where it is. */
static inline int bound_socket(int type, struct sockaddr_in *where)
{
	socklen_t length = sizeof(*where);
	int fd = must("socket", socket(AF_INET, type, 0));

	*where = loopback;
	must("bind", bind(fd, (struct sockaddr *)where, sizeof(*where)));
	must("getsockname", getsockname(fd, (struct sockaddr *)where, &length));
	return fd;
}

static inline int listening_socket(struct sockaddr_in *where, int backlog)
{
	int fd = bound_socket(SOCK_STREAM, where);

	must("listen", listen(fd, backlog));
	return fd;
}

static inline int connected_socket(const struct sockaddr_in *where)
{
	int fd = must("socket", socket(AF_INET, SOCK_STREAM, 0));

	must("connect", connect(fd, (const struct sockaddr *)where, sizeof(*where)));
	return fd;
}

static inline void tcp_pair(int pair[2])
{
	struct sockaddr_in where;
	int listener = listening_socket(&where, 1);

	pair[0] = connected_socket(&where);
	pair[1] = must("accept", accept(listener, NULL, NULL));
	close(listener);
}

static inline void unix_pair(int pair[2], int type)
{
	must("socketpair", socketpair(AF_UNIX, type, 0, pair));
}

/* A name in the abstract namespace, which leaves no file behind. */
static inline socklen_t unix_address(struct sockaddr_un *address, const char *what)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
			   (size_t)snprintf(
			       address->sun_path + 1, sizeof(address->sun_path) - 1, "%s-%d", what, (int)getpid()));
}

static inline void set_time_limit(int fd, int option, int ms)
{
	struct timeval limit = {ms / 1000, ms % 1000 * 1000L};

	must("time limit", setsockopt(fd, SOL_SOCKET, option, &limit, sizeof(limit)));
}

static inline void set_option(int fd, int option, int value)
{
	must("setsockopt", setsockopt(fd, SOL_SOCKET, option, &value, sizeof(value)));
}

/* recv until n bytes have come, or the end. */
static inline long take(int fd, char *bytes, size_t n)
{
	size_t done = 0;
	ssize_t part = 1;

	while (done < n && (part = recv(fd, bytes + done, n - done, 0)) > 0)
		done += (size_t)part;
	return part < 0 && !done ? -1 : (long)done;
}

/* What a child does: waits until its parent does and longer, sends the bytes, waits again, sends more. */
struct talk {
	int fd;
	const char *first, *second; /* NULL: nothing */
	int flags;
	int peer; /* the program's end, which the child closes; -1: none */
};

static inline int say_later(void *arg)
{
	const struct talk *talk = arg;

	if (talk->peer >= 0)
		close(talk->peer);
	msleep_once_parent_waits(LATER);
	if (talk->first && send(talk->fd, talk->first, strlen(talk->first), talk->flags) < 0)
		return 1;
	if (!talk->second)
		return 0;
	msleep(LATER);
	return send(talk->fd, talk->second, strlen(talk->second), talk->flags) < 0;
}

/* Starts a child that says so on its end of a pair, which is then closed here. */
static inline pid_t talk_later(int pair[2], const char *first, const char *second, int flags)
{
	struct talk talk = {.fd = pair[1], .first = first, .second = second, .flags = flags, .peer = pair[0]};
	pid_t child = start_child(say_later, &talk);

	close(pair[1]);
	return child;
}

static inline int take_all_slowly(void *arg)
{
	const int *pair = arg;

	close(pair[0]);
	msleep_once_parent_waits(LATER);
	return read_slowly(pair[1], 1 << 16, 1) < 0;
}

/* A child that after a while reads its end of a pair to the end, and ends with 0 if what came was fill()'s. */
static inline pid_t take_later(int pair[2])
{
	pid_t child = start_child(take_all_slowly, pair);

	close(pair[1]);
	return child;
}

#endif
