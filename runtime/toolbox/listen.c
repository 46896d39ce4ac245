#include "listen.h"
#include "runtime/greenload.h"
#include "runtime/sys/fail.h"
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

/* True for a path where connections are refused: it was left behind by a server that is gone. */
static bool is_left_behind(const struct sockaddr_un *address, socklen_t size, int type)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool is_refused = fd >= 0 && connect(fd, (const struct sockaddr *)address, size) < 0 && errno == ECONNREFUSED;

	if (fd >= 0)
		close(fd);
	return is_refused;
}

/*
 * Returns the size of the address of a path, or 0 if the path is invalid. A leading @ stands for the zero byte of an
 * abstract name, which is in no file system.
 */
static socklen_t address_of_path(const char *path, struct sockaddr_un *address)
{
	size_t length = strlen(path);

	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (!length || length >= sizeof(address->sun_path))
		return 0;
	memcpy(address->sun_path, path, length);
	if (*path == '@')
		address->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (*path != '@'));
}

static int listen_at_path(const char *path, int type, int backlog)
{
	struct sockaddr_un address;
	socklen_t size = address_of_path(path, &address);
	int fd;

	if (!size)
		return fail(EINVAL);
	fd = open_socket((struct sockaddr *)&address, size, type, backlog, false);
	if (fd >= 0 || errno != EADDRINUSE || *path == '@' || !is_left_behind(&address, size, type))
		return fd;
	unlink(path);
	return open_socket((struct sockaddr *)&address, size, type, backlog, false);
}

/* Splits "host:port" and "[host]:port". */
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

/* Resolves "host:port". The caller frees the list. Returns NULL with errno. */
static struct addrinfo *look_up(const char *address, int type, int flags)
{
	struct addrinfo hints = {.ai_flags = flags | AI_NUMERICSERV, .ai_socktype = type}, *found = NULL;
	const char *port;
	char host[256];
	int error = EINVAL;

	if (address && split(address, host, sizeof(host), &port)) {
		error = getaddrinfo(*host ? host : NULL, port, &hints, &found);
		error = error == EAI_SYSTEM ? errno : error == EAI_MEMORY ? ENOMEM : EINVAL;
	}
	errno = error;
	return found;
}

int listen_at(const char *address, int type, int backlog, bool reuse_port)
{
	struct addrinfo *found, *it;
	int fd = -1, error;

	if (address && strncmp(address, "unix:", 5) == 0)
		return listen_at_path(address + 5, type, backlog);
	found = look_up(address, type, AI_PASSIVE);
	error = errno;
	for (it = found; it && fd < 0; it = it->ai_next) {
		fd = open_socket(it->ai_addr, it->ai_addrlen, type, backlog, reuse_port);
		error = errno;
	}
	if (found)
		freeaddrinfo(found);
	return fd < 0 ? fail(error) : fd;
}

static int connect_socket(const struct sockaddr *address, socklen_t size)
{
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, address, size) < 0)
		return close_with(fd, errno);
	return fd;
}

int green_connect(const char *address)
{
	struct addrinfo *found, *it;
	struct sockaddr_un at;
	socklen_t size;
	int fd = -1, error;

	if (address && strncmp(address, "unix:", 5) == 0) {
		size = address_of_path(address + 5, &at);
		return size ? connect_socket((struct sockaddr *)&at, size) : fail(EINVAL);
	}
	found = look_up(address, SOCK_STREAM, 0);
	error = errno;
	for (it = found; it && fd < 0; it = it->ai_next) {
		fd = connect_socket(it->ai_addr, it->ai_addrlen);
		error = errno;
	}
	if (found)
		freeaddrinfo(found);
	return fd < 0 ? fail(error) : fd;
}

bool path_of_socket(int fd, char *path, size_t size)
{
	struct sockaddr_un address = {0};
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
