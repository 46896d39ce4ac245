/* Handles each connection in a greenlet of its own. */
#include "server.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct client {
	struct green_server *server;
	int fd;
};

static void *serve(void *arg)
{
	struct client client = *(struct client *)arg;

	free(arg);
	client.server->serve(client.fd, client.server->arg);
	close(client.fd);
	return NULL;
}

/* There is room: no other greenlet spawns into this group. */
static bool take_client(struct green_server *server, int fd)
{
	struct client *client = malloc(sizeof(*client));

	if (client)
		*client = (struct client){server, fd};
	if (client && green_group_spawn(server->clients, serve, client, 0))
		return true;
	free(client);
	close(fd);
	return server_goes_on(ENOMEM);
}

static void accept_all(struct green_server *server)
{
	bool goes_on = true;

	while (goes_on && server_waits(server)) {
		int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC);

		goes_on = fd < 0 ? server_goes_on(errno) : take_client(server, fd);
	}
}

green_server_t *green_stream_server(
    const char *address, const struct green_server_options *options, green_serve_fn *fn, void *arg)
{
	const struct green_server functions = {.serve = fn, .arg = arg};

	return server_start(address, SOCK_STREAM, options, accept_all, &functions);
}
