/* The poller's inside: watchers and who waits at them. */
#ifndef RUNTIME_IO_WATCH_H
#define RUNTIME_IO_WATCH_H

#include "poller_hub.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/wait_queue.h"
#include <poll.h>

/* One direction of a descriptor. */
struct side {
	ev_io watcher; /* the first member; started while somebody waits, and after that until it is found ready for
			  nobody */
	struct queue queue; /* who waits */
};

struct fd_watch {
	struct side read, write;
};

static inline struct side *side_of(struct fd_watch *watch, short events)
{
	return events & POLLIN ? &watch->read : &watch->write;
}

/* A watcher's `data` is the loop's iteration at its start: the kernel knows of it from the next one on. */
static inline void start_side(struct hub *hub, struct side *side)
{
	if (ev_is_active(&side->watcher))
		return;
	side->watcher.data = (void *)(uintptr_t)ev_iteration(hub->io.loop);
	ev_io_start(hub->io.loop, &side->watcher);
}

/* That of fd, made if there is none; NULL where there is no memory. */
struct fd_watch *make_watch_of(struct hub *hub, int fd);

/*
 * Has the calling greenlet woken when fd is ready for POLLIN or POLLOUT; queue_leave() and poller_leave_file() end it.
 * Of until it takes keeps_file and goes_first. Returns 0 or ENOMEM.
 */
int watch_fd(struct hub *hub, struct waiter *waiter, int fd, short events, const struct wait_options *until);

/* The same without waking it: it waits for fd elsewhere, and is here to keep the file when fd is closed. */
int hold_file(struct hub *hub, struct waiter *waiter, int fd, bool keeps_file);

#endif
