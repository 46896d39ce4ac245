/* The poller's inside: watchers and who waits at them. */
#ifndef WATCH_H
#define WATCH_H

#include "hub.h"
#include "queue.h"
#include <poll.h>

/* One direction of a descriptor. */
struct side {
	ev_io watcher;      /* started while somebody waits, and after that until it is found ready for nobody */
	struct queue queue; /* who waits */
};

struct fd_watch {
	struct side read, write;
};

static inline struct side *side_of(struct fd_watch *watch, short events)
{
	return events & POLLIN ? &watch->read : &watch->write;
}

/* Has the calling greenlet woken when fd is ready for POLLIN or POLLOUT; queue_leave() ends it. Returns 0 or ENOMEM. */
int watch_fd(struct hub *hub, struct waiter *waiter, int fd, short events);

#endif
