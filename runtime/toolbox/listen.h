/* Sockets of servers, by what addresses say. */
#ifndef LISTEN_H
#define LISTEN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A socket of this type bound to an address as green_stream_server() takes it; it listens if backlog is not negative.
 * It does not block. -1 with errno.
 */
int listen_at(const char *address, int type, int backlog, bool reuse_port);

/* The path that a socket is bound to in the file system; false: none. */
bool path_of_socket(int fd, char *path, size_t size);

#endif
