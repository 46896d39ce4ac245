/*
 * Servers: each client in a greenlet of its own, a limited number at once, and a stop that lets them end.
 *
 * An address is "host:port", "[2001:db8::1]:port", ":port" (all addresses of the machine), or "unix:path", where a path
 * that begins with an @ is in the abstract namespace; port 0 selects any free port. A server is for the OS thread that
 * started it: on another, these functions fail with EPERM. A server must not be used after it was freed. Such a use is
 * detected only in a library built with `make DEBUG=1`, which aborts the process with a message.
 */
#ifndef GREENLOAD_SERVER_H
#define GREENLOAD_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef struct green_server green_server_t;

struct green_server_options {
	size_t max_clients; /* at once; the others wait to be accepted. 0: any number */
	int backlog;        /* how many of those may wait; 0: 4096, which the kernel may reduce */
	bool reuse_port;    /* several processes share the port: SO_REUSEPORT */
};

/* Serves a client, which is connected to fd; fd is closed when the function returns. */
typedef void green_serve_fn(int fd, void *arg);

/*
 * Listens at the address, and calls fn(fd, arg) for each client. options NULL means the defaults. May park to resolve a
 * name. A path that is a socket without a listener is replaced. NULL with errno EINVAL (no such address), ENOMEM, and
 * as socket(2), bind(2), listen(2) and green_spawn() fail.
 */
green_server_t *green_stream_server(
    const char *address, const struct green_server_options *options, green_serve_fn *fn, void *arg);

/* Handles a datagram; `from` is the address to answer, by sendto(2). */
typedef void green_datagram_fn(
    int fd, const void *data, size_t size, const struct sockaddr *from, socklen_t from_size, void *arg);

/* The same for datagrams of up to 64 KiB; they wait in the socket while there are max_clients calls of fn. */
green_server_t *green_datagram_server(
    const char *address, const struct green_server_options *options, green_datagram_fn *fn, void *arg);

/*
 * A server for the developer, who connects to it with nc(1) or the like and can list there what the greenlets do.
 * Every user that can connect can ask: choose a path in a directory of your own, or the loopback address.
 */
green_server_t *green_backdoor_server(const char *address);

/* Its port; 0 if it has none, -1 for NULL. */
int green_server_port(const green_server_t *server);

/* Its socket; -1 for NULL, and once it has stopped. */
int green_server_fd(const green_server_t *server);

/* The address at which it listens, as green_connect() takes it; "" for NULL. Valid as long as the server. */
const char *green_server_address(const green_server_t *server);

/* The number of its clients; 0 for NULL. */
size_t green_server_clients(const green_server_t *server);

/*
 * Stops listening, and parks until its clients have ended. Clients that have not ended in time are killed and waited
 * for, and it fails with ETIMEDOUT. To stop again does nothing. Fails with ECANCELED, EINTR (some clients continue to
 * live: stop again), EDEADLK (called by a client's greenlet), EINVAL, EPERM.
 */
int green_server_stop(green_server_t *server, double timeout);

/* NULL is allowed. Fails with EBUSY (it has not been stopped), and has not freed it then. */
int green_server_free(green_server_t *server);

/*
 * Connects a stream to an address and returns the descriptor, close-on-exec. Parks; to limit the time, begin a timeout.
 * Fails with EINVAL (no such address), and as socket(2) and connect(2) do: if there are several addresses, as for the
 * last.
 */
int green_connect(const char *address);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
