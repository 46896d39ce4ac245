/* The poller's internals: watchers and their waiters. */
#ifndef RUNTIME_IO_WATCH_H
#define RUNTIME_IO_WATCH_H

#include "poller_hub.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/wait_queue.h"
#include <poll.h>

/* One direction of a descriptor. */
struct side {
	ev_io watcher; /* the first member; started while there is a waiter, and after that until it is ready without a
			  waiter */
	struct queue queue; /* the waiters */
};

struct fd_watch {
	struct side read, write;
};

static inline struct side *side_of(struct fd_watch *watch, short events)
{
	return events & POLLIN ? &watch->read : &watch->write;
}

/* A watcher's `data` is the loop's iteration at its start: the kernel knows the watcher from the next iteration on. */
static inline void start_side(struct hub *hub, struct side *side)
{
	if (ev_is_active(&side->watcher))
		return;
	side->watcher.data = (void *)(uintptr_t)ev_iteration(hub->io.loop);
	ev_io_start(hub->io.loop, &side->watcher);
}

/* The watch of fd; makes it if there is none. NULL if there is no memory. */
struct fd_watch *make_watch_of(struct hub *hub, int fd);

/*
 * Registers the waiter of the calling greenlet, to be woken when fd is ready for POLLIN or POLLOUT; queue_leave() and
 * poller_leave_file() end that. Copies keeps_file and wakes_first from until. Returns 0 or ENOMEM.
 */
int watch_fd(struct hub *hub, struct waiter *waiter, int fd, short events, const struct wait_options *until);

/*
 * The same, but readiness does not wake it: the greenlet waits for fd elsewhere, and the waiter keeps the file if fd is
 * closed.
 */
int hold_file(struct hub *hub, struct waiter *waiter, int fd, bool keeps_file);

#endif
