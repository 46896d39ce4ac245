/* A receiving call, as socket_receive.c and socket_receive_rest.c share it. */
#ifndef PRELOAD_SOCKET_RECV_H
#define PRELOAD_SOCKET_RECV_H

#include "common.h"

struct incoming {
	struct msghdr *msg;
	bool one_piece;         /* msg is ours and can come by recvfrom, which costs the kernel less */
	socklen_t *name_length; /* then: where recvfrom puts it */
	int flags;
	size_t control_room; /* for ancillary data, where the call may go on after the first bytes */
};

/* True where a call on this descriptor waits for more than one byte: MSG_WAITALL, SO_RCVLOWAT, on a stream. */
bool wants_more_than_some(const struct blocking *call, int flags);

/* The room for ancillary data, which the kernel overwrites. Leaves a pointer alone that the kernel would refuse. */
size_t control_room(const struct msghdr *msg);

/* After EAGAIN: urgent data and the error queue are not waited for, except by a protocol that ignores the flag. */
bool never_waits(const struct blocking *call, int flags);

/* The whole of a receiving call, but settled(). The caller's msg may point anywhere, the kernel looks at it first. */
ssize_t receive(struct blocking *call, struct incoming *in);

/*
 * Goes on after the first got > 0 bytes of a call that wants_more_than_some(), until it has what it wants, the stream
 * ends, or the wait does. Returns the count; no failure.
 */
ssize_t receive_rest(struct blocking *call, struct incoming *in, ssize_t got);

#endif
