/* Handles each datagram in a greenlet of its own. */
#include "server.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST 65536

struct datagram {
	struct green_server *server;
	struct sockaddr_storage from;
	socklen_t from_size;
	size_t size;
	char data[];
};

static void *answer(void *arg)
{
	struct datagram *datagram = arg;
	struct green_server *server = datagram->server;

	server->answer(server->fd, datagram->data, datagram->size, (struct sockaddr *)&datagram->from,
	    datagram->from_size, server->arg);
	free(datagram);
	return NULL;
}

static bool take_datagram(struct green_server *server, const struct datagram *head, const char *data)
{
	struct datagram *datagram = malloc(sizeof(*datagram) + head->size);

	if (!datagram)
		return server_goes_on(ENOMEM);
	*datagram = *head;
	memcpy(datagram->data, data, head->size);
	if (green_group_spawn(server->clients, answer, datagram, 0))
		return true;
	free(datagram);
	return server_goes_on(ENOMEM);
}

static void receive_all(struct green_server *server)
{
	char *data = malloc(LARGEST);
	bool goes_on = data;

	while (goes_on && server_waits(server)) {
		struct datagram head = {.server = server, .from_size = sizeof(head.from)};
		ssize_t n = recvfrom(
		    server->fd, data, LARGEST, MSG_DONTWAIT, (struct sockaddr *)&head.from, &head.from_size);

		head.size = n > 0 ? (size_t)n : 0;
		goes_on = n < 0 ? server_goes_on(errno) : take_datagram(server, &head, data);
	}
	free(data);
}

green_server_t *green_datagram_server(
    const char *address, const struct green_server_options *options, green_datagram_fn *fn, void *arg)
{
	const struct green_server functions = {.answer = fn, .arg = arg};

	return server_start(address, SOCK_DGRAM, options, receive_all, &functions);
}
