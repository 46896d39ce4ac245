/* Sockets of servers, made from textual addresses. */
#ifndef LISTEN_H
#define LISTEN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Returns a non-blocking socket of this type, bound to an address in the form that green_stream_server() takes. It
 * listens if backlog is not negative. Returns -1 with errno.
 */
int listen_at(const char *address, int type, int backlog, bool reuse_port);

/* Stores the path that a socket is bound to in the file system. Returns false if there is none. */
bool path_of_socket(int fd, char *path, size_t size);

#endif
