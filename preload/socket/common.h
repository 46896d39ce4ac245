/* What the calls on sockets share. */
#ifndef PRELOAD_SOCKET_COMMON_H
#define PRELOAD_SOCKET_COMMON_H

#include "preload/core/blocking.h"

/* The next pieces of an I/O vector that is partly done, in an array that may be changed and is not allocated. */
struct window {
	struct iovec pieces[16];
	size_t count;
	size_t length; /* bytes in all of them */
};

/* The number of bytes in all pieces of a vector that the kernel has accepted. */
size_t iov_length(const struct iovec *iov, size_t count);

/* The part after the first done bytes of a vector that the kernel has accepted; as many pieces as fit. */
struct window window_after(const struct iovec *iov, size_t count, size_t done);

/*
 * True if the next attempt would only fetch the error that has ended the connection. A blocking call that has made
 * progress leaves that error to the caller's next call, as the kernel does.
 */
bool error_comes_next(const struct blocking *call);

/* The value of an option of SOL_SOCKET that is an int; 0 on failure. Leaves errno alone. */
int socket_option(int fd, int option);

/* Which of events hold now; 0 if none do. Never waits, leaves errno alone. */
short ready_events(int fd, short events);

/* Notes that the descriptors which a message passes on, as the kernel has just read it, are no longer private. */
void share_sent_descriptors(const struct msghdr *msg);

/* Notes the descriptors that a message has brought, as the kernel has just written it. */
void note_received_descriptors(struct msghdr *msg);

#endif
