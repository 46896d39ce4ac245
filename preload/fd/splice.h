/* Copies between two descriptors: what splice.c and splice_socket.c share. */
#ifndef PRELOAD_FD_SPLICE_H
#define PRELOAD_FD_SPLICE_H

#include "preload/core/blocking.h"

/* The arguments of sendfile, splice, tee or copy_file_range, and the result. */
struct copy {
	enum call which;
	int in, out;
	off64_t *in_at, *out_at;
	size_t count;
	unsigned flags;
	ssize_t result;
	int error;
};

/* Both ends of a splice or tee. An end waits if it can block and the caller does not ask it not to. */
struct ends {
	struct blocking in, out;
	bool in_waits, out_waits;
};

/* Makes the same copy on an offload thread; returns its result. */
ssize_t copy_offloaded(struct blocking *call, struct copy *c);

/* What poll reports for the descriptor, POLLERR and the like included. Changes errno. */
bool is_ready(int fd, short events);

/* After an attempt that failed: parks on the end that is not ready, unless the call is not to wait for that end. */
bool park_on_unready_end(struct ends *e);

/*
 * Copies from a file to a stream socket that waits: all that was asked for, as the call in the kernel does. Parks on
 * call. Errors are those of sendfile(2), which makes the checks.
 */
ssize_t send_file(struct blocking *call, const struct copy *c);

/*
 * Copies from a pipe to a stream socket that waits: parks for the first byte, then until all that is in the pipe is
 * sent.
 */
ssize_t send_pipe(struct ends *e, const struct copy *c);

#endif
