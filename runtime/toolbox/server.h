/* The internals of a server. */
#ifndef SERVER_H
#define SERVER_H

#include "group.h"

struct green_server {
	struct tool tool;
	int fd; /* -1 once the server has stopped */
	char address[128];
	green_group_t *clients;
	struct greenlet *receiver; /* takes what arrives; NULL once it has ended */
	union {
		green_serve_fn *serve;
		green_datagram_fn *answer;
	};
	void *arg;
};

/* Makes a server that listens, with a greenlet that takes what arrives. */
green_server_t *server_start(const char *address, int type, const struct green_server_options *options,
    void (*receive)(struct green_server *server), const struct green_server *functions);

/*
 * Parks until something has arrived for the server and there is room for a client. Returns false if the server is to
 * stop.
 */
bool server_waits(struct green_server *server);

/*
 * Called after an attempt to take what has arrived failed: parks for a moment if that may help. Returns false if the
 * server is to stop.
 */
bool server_goes_on(int error);

#endif
