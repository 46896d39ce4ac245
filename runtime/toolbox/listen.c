#include "listen.h"
#include "../fail.h"
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int close_with(int fd, int error)
{
	close(fd);
	return fail(error);
}

static int bind_socket(int fd, const struct sockaddr *address, socklen_t size, bool reuse_port)
{
	int yes = 1;

	if (address->sa_family != AF_UNIX)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (reuse_port && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes)) < 0)
		return -1;
	return bind(fd, address, size);
}

static int open_socket(const struct sockaddr *address, socklen_t size, int type, int backlog, bool reuse_port)
{
	int fd = socket(address->sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	if (bind_socket(fd, address, size, reuse_port) < 0 || (backlog >= 0 && listen(fd, backlog) < 0))
		return close_with(fd, errno);
	return fd;
}

/* A path where connections are refused was left behind by a server that is gone. */
static bool is_left_behind(const struct sockaddr_un *address, socklen_t size, int type)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool is_refused = fd >= 0 && connect(fd, (const struct sockaddr *)address, size) < 0 && errno == ECONNREFUSED;

	if (fd >= 0)
		close(fd);
	return is_refused;
}

static int listen_at_path(const char *path, int type, int backlog)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(path);
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (*path != '@'));
	int fd;

	if (!length || length >= sizeof(address.sun_path))
		return fail(EINVAL);
	memcpy(address.sun_path, path, length);
	if (*path == '@')
		address.sun_path[0] = '\0';
	fd = open_socket((struct sockaddr *)&address, size, type, backlog, false);
	if (fd >= 0 || errno != EADDRINUSE || *path == '@' || !is_left_behind(&address, size, type))
		return fd;
	unlink(path);
	return open_socket((struct sockaddr *)&address, size, type, backlog, false);
}

/* "host:port" and "[host]:port", taken apart. */
static bool split(const char *address, char *host, size_t size, const char **port)
{
	const char *colon = strrchr(address, ':'), *end = colon;

	if (!colon || !colon[1])
		return false;
	if (*address == '[') {
		address++;
		end = colon - 1;
		if (end < address || *end != ']')
			return false;
	}
	if ((size_t)(end - address) >= size)
		return false;
	memcpy(host, address, (size_t)(end - address));
	host[end - address] = '\0';
	*port = colon + 1;
	return true;
}

int listen_at(const char *address, int type, int backlog, bool reuse_port)
{
	struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = type}, *found, *it;
	const char *port;
	char host[256];
	int fd = -1, error = EINVAL;

	if (address && strncmp(address, "unix:", 5) == 0)
		return listen_at_path(address + 5, type, backlog);
	if (!address || !split(address, host, sizeof(host), &port))
		return fail(EINVAL);
	if (getaddrinfo(*host ? host : NULL, port, &hints, &found) != 0)
		return fail(EINVAL);
	for (it = found; it && fd < 0; it = it->ai_next) {
		fd = open_socket(it->ai_addr, it->ai_addrlen, type, backlog, reuse_port);
		error = errno;
	}
	freeaddrinfo(found);
	return fd < 0 ? fail(error) : fd;
}

bool path_of_socket(int fd, char *path, size_t size)
{
	struct sockaddr_un address;
	socklen_t length = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &length) < 0 || address.sun_family != AF_UNIX)
		return false;
	if (length <= offsetof(struct sockaddr_un, sun_path) || !address.sun_path[0])
		return false;
	length -= (socklen_t)offsetof(struct sockaddr_un, sun_path);
	if (length >= size)
		return false;
	memcpy(path, address.sun_path, length);
	path[length] = '\0';
	return true;
}
