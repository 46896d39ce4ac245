/* What the two echo servers and their client agree on. */
#ifndef ECHO_H
#define ECHO_H

#include "bench.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGE_SIZE 64
#define BUFFER_SIZE  512

static inline struct sockaddr_in loopback(in_port_t port)
{
	return (struct sockaddr_in){
	    .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* A socket that listens on a free loopback port, which is printed as `port N tcp`. */
static inline int listen_on_loopback(int type)
{
	struct sockaddr_in address = loopback(0);
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | type, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, SOMAXCONN) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &length) < 0)
		err(1, "listening socket");
	print_figure("port", ntohs(address.sin_port), "tcp");
	return fd;
}

#endif
