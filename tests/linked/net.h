/* Sockets on the loopback interface, on ports that are free. */
#ifndef NET_H
#define NET_H

#include "expect.h"
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static inline int listen_anywhere(struct sockaddr_in *address, int backlog)
{
	socklen_t length = sizeof(*address);
	int fd = (int)must("socket", socket(AF_INET, SOCK_STREAM, 0));

	*address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	must("bind", bind(fd, (struct sockaddr *)address, length));
	must("listen", listen(fd, backlog));
	must("getsockname", getsockname(fd, (struct sockaddr *)address, &length));
	return fd;
}

static inline int connect_to(const struct sockaddr_in *address)
{
	int fd = (int)must("socket", socket(AF_INET, SOCK_STREAM, 0));

	must("connect", connect(fd, (const struct sockaddr *)address, sizeof(*address)));
	return fd;
}

#endif
