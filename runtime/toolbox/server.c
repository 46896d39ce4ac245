#include "server.h"
#include "listen.h"
#include "runtime/lifecycle/greenlet.h"
#include "runtime/lifecycle/handle.h"
#include "runtime/sys/fail.h"
#include "seconds.h"
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 4096
#define RESPITE 0.05 /* seconds */

/* For a path, notes what was asked for; otherwise what the kernel has chosen. */
static void note_address(struct green_server *server, const char *asked)
{
	struct sockaddr_storage address = {0};
	socklen_t size = sizeof(address);
	char host[64], port[8];

	snprintf(server->address, sizeof(server->address), "%s", asked);
	if (getsockname(server->fd, (struct sockaddr *)&address, &size) == 0 && address.ss_family != AF_UNIX &&
	    getnameinfo((struct sockaddr *)&address, size, host, sizeof(host), port, sizeof(port),
		NI_NUMERICHOST | NI_NUMERICSERV) == 0)
		snprintf(server->address, sizeof(server->address), strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
}

bool server_waits(struct green_server *server)
{
	int error = group_wait_for_room(server->clients, &wait_forever);

	/* If there is always something to take, no wait would notice a kill. */
	return !error && !must_end(self) && (green_wait_fd(server->fd, POLLIN, -1) >= 0 || errno == EINTR);
}

bool server_goes_on(int error)
{
	switch (error) {
	case ECANCELED:
	case EBADF:
	case EINVAL:
	case ENOTSOCK:
	case EOPNOTSUPP:
		return false;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		return green_sleep(RESPITE) == 0 || errno == EINTR;
	default: /* the client is gone already, or another process was faster */
		return true;
	}
}

struct start {
	struct green_server *server;
	void (*receive)(struct green_server *server);
};

static void *run(void *arg)
{
	struct start start = *(struct start *)arg;

	free(arg);
	start.receive(start.server);
	return NULL;
}

static int start_receiver(struct green_server *server, void (*receive)(struct green_server *server))
{
	static const struct green_options named = {.name = "server"};
	struct start *start = malloc(sizeof(*start));

	if (!start)
		return ENOMEM;
	*start = (struct start){server, receive};
	server->receiver = green_spawn_with(&named, run, start);
	if (server->receiver)
		return 0;
	free(start);
	return errno;
}

static int open_server(struct green_server *server, const char *address, int type,
    const struct green_server_options *options, void (*receive)(struct green_server *server))
{
	int backlog = options->backlog ? options->backlog : BACKLOG;

	server->clients = options->max_clients ? green_pool_new(options->max_clients) : green_group_new();
	if (!server->clients)
		return ENOMEM;
	server->fd = listen_at(address, type, type == SOCK_STREAM ? backlog : -1, options->reuse_port);
	if (server->fd < 0)
		return errno;
	note_address(server, address);
	return start_receiver(server, receive);
}

static void release(struct green_server *server)
{
	char path[sizeof(struct sockaddr_un)];

	if (server->fd >= 0) {
		if (path_of_socket(server->fd, path, sizeof(path)))
			unlink(path);
		green_cancel_wait(server->fd); /* a close alone does not end the waits */
		close(server->fd);
	}
	server->fd = -1;
}

green_server_t *server_start(const char *address, int type, const struct green_server_options *options,
    void (*receive)(struct green_server *server), const struct green_server *functions)
{
	static const struct green_server_options usual = {0};
	struct green_server *server;
	int error;

	if (!functions->serve || (options && options->backlog < 0)) {
		errno = EINVAL;
		return NULL;
	}
	server = tool_new(sizeof(*server), SERVER);
	if (!server)
		return NULL;
	server->fd = -1;
	server->serve = functions->serve;
	server->arg = functions->arg;
	error = open_server(server, address, type, options ? options : &usual, receive);
	if (!error)
		return server;
	release(server);
	green_group_free(server->clients);
	tool_release(server);
	errno = error;
	return NULL;
}

int green_server_port(const green_server_t *server)
{
	if (!tool_is(server, SERVER))
		return -1;
	return strncmp(server->address, "unix:", 5) == 0 ? 0 : atoi(strrchr(server->address, ':') + 1);
}

const char *green_server_address(const green_server_t *server)
{
	return tool_is(server, SERVER) ? server->address : "";
}

int green_server_fd(const green_server_t *server)
{
	return tool_is(server, SERVER) ? server->fd : -1;
}

size_t green_server_clients(const green_server_t *server)
{
	return tool_is(server, SERVER) ? green_group_count(server->clients) : 0;
}

/* The receiver ends at once when it is killed, as it does not wait for its clients. */
static int stop_receiver(struct green_server *server)
{
	if (server->receiver &&
	    (green_kill_wait(server->receiver, -1) < 0 || green_join(server->receiver, -1, NULL) < 0))
		return errno;
	server->receiver = NULL;
	release(server);
	return 0;
}

int green_server_stop(green_server_t *server, double timeout)
{
	int error;

	if (!tool_is(server, SERVER) || is_no_time(timeout))
		return fail(EINVAL);
	if (!self || (server->receiver && self->hub != server->receiver->hub))
		return fail(EPERM);
	error = stop_receiver(server);
	if (error)
		return fail(error);
	if (green_group_join(server->clients, timeout) == 0)
		return 0;
	if (errno != ETIMEDOUT || green_group_kill(server->clients, -1) < 0)
		return -1;
	return fail(ETIMEDOUT);
}

int green_server_free(green_server_t *server)
{
	if (!tool_is(server, SERVER))
		return 0;
	if (server->receiver || green_group_free(server->clients) < 0)
		return fail(EBUSY);
	tool_release(server);
	return 0;
}
