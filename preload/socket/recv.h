/* A receiving call: what recv.c and recv_waitall.c share. */
#ifndef PRELOAD_SOCKET_RECV_H
#define PRELOAD_SOCKET_RECV_H

#include "common.h"

struct incoming {
	struct msghdr *msg;
	bool one_piece;         /* msg is ours and recvfrom can be used, which costs the kernel less */
	socklen_t *name_length; /* if one_piece: where recvfrom stores it */
	int flags;
	size_t control_room; /* for ancillary data, if the call may go on after the first bytes */
};

/* True if a call on this descriptor waits for more than one byte: MSG_WAITALL, SO_RCVLOWAT, on a stream. */
bool wants_more_than_some(const struct blocking *call, int flags);

/* The room for ancillary data, which the kernel overwrites. Does not follow a pointer that the kernel would refuse. */
size_t control_room(const struct msghdr *msg);

/* After EAGAIN: a call does not wait for urgent data or the error queue, except on a protocol that ignores the flag. */
bool never_waits(const struct blocking *call, int flags);

/* All of a receiving call except settled(). The caller's msg may be an invalid pointer: the kernel reads it first. */
ssize_t receive(struct blocking *call, struct incoming *in);

/*
 * Goes on after the first got > 0 bytes of a call for which wants_more_than_some() is true, until it has what it wants,
 * the stream ends, or the wait does. Returns the count; does not fail.
 */
ssize_t receive_rest(struct blocking *call, struct incoming *in, ssize_t got);

#endif
