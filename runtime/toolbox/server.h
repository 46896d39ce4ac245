/* The inside of a server. */
#ifndef SERVER_H
#define SERVER_H

#include "group.h"

struct green_server {
	struct tool tool;
	int fd; /* -1 once it has stopped */
	char address[128];
	green_group_t *clients;
	struct greenlet *receiver; /* who takes what comes; NULL once it has ended */
	union {
		green_serve_fn *serve;
		green_datagram_fn *answer;
	};
	void *arg;
};

/* One that listens, with this greenlet to take what comes. */
green_server_t *server_start(const char *address, int type, const struct green_server_options *options,
    void (*receive)(struct green_server *server), const struct green_server *functions);

/* Parks until something has come for the server, and there is room for a client. False when it is to stop. */
bool server_waits(struct green_server *server);

/* After an attempt to take what has come failed: parks for a moment where that may help. False when it is to stop. */
bool server_goes_on(int error);

#endif
