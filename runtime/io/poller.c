#include "poller.h"
#include "poller_hub.h"
#include "runtime/sched/hub.h"
#include "runtime/sys/defer.h"
#include "runtime/sys/memory.h"
#include "runtime/sys/sparse.h"
#include "watch.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

/* epoll has refused fd: it is closed, or there is no memory for it. */
static int reason_of_refusal(int fd)
{
	return sys_fcntl(fd, F_GETFD, 0) < 0 ? EBADF : ENOMEM;
}

static struct waiter *first_asleep(const struct side *side)
{
	struct waiter *waiter = side->queue.first;

	while (__builtin_expect(waiter && waiter->is_woken, 0))
		waiter = waiter->next;
	return waiter;
}

/*
 * The waiter stays in the queue until it runs: a close of the descriptor before that must find it, see
 * poller_closing().
 */
static void wake_waiter(struct waiter *waiter)
{
	waiter->is_woken = true;
	if (__builtin_expect(waiter->goes_first, 0))
		wake_first(waiter->greenlet, 0);
	else
		wake(waiter->greenlet, 0);
}

static void on_ready(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct side *side = (struct side *)watcher;
	struct waiter *waiter = first_asleep(side);

	if (events & EV_ERROR)
		queue_wake_all(&side->queue, reason_of_refusal(watcher->fd));
	else if (waiter)
		wake_waiter(waiter); /* the next waiter is woken if it stays ready */
	else
		ev_io_stop(loop, watcher);
}

static void init_side(struct side *side, int fd, int events)
{
	*side = (struct side){0};
	ev_io_init(&side->watcher, on_ready, fd, events);
}

static __attribute__((noinline)) struct fd_watch *make_watch(struct hub *hub, int fd)
{
	struct fd_watch *watch = memory_alloc(sizeof(*watch)); /* each side fills a cache line */
	void **place;

	if (!watch)
		return NULL;
	init_side(&watch->read, fd, EV_READ);
	init_side(&watch->write, fd, EV_WRITE);
	defer_signals();
	lock(&hub->io.watches_lock);
	place = sparse_make(&hub->io.watches, (size_t)fd);
	if (place)
		*place = watch;
	unlock(&hub->io.watches_lock);
	resume_signals();
	if (place)
		return watch;
	memory_free(watch);
	return NULL;
}

static inline struct fd_watch *find_or_make_watch(struct hub *hub, int fd)
{
	void **place = sparse_find(&hub->io.watches, (size_t)fd);

	return place && *place ? *place : make_watch(hub, fd);
}

/* The side of fd that events select; NULL if there is no memory for it. */
static inline struct side *find_or_make_side(struct hub *hub, int fd, short events)
{
	struct fd_watch *watch;

	/* In the child of a fork this may be the first call that needs the loop. */
	if (__builtin_expect(hub->stale, 0) && hub_refresh(hub) != 0)
		return NULL;
	/*
	 * A number that another OS thread closed may be open again: the notice must not hit a waiter for the new file.
	 */
	if (atomic_load(&hub->io.notices))
		poller_take_notices(hub);
	watch = find_or_make_watch(hub, fd);
	return watch ? side_of(watch, events) : NULL;
}

/* A handler that has interrupted another wait may wait itself; the interrupted wait looks again after it. */
static __attribute__((noinline)) void leave_interrupted_wait(struct waiter *waiter)
{
	queue_leave(waiter);
	poller_leave_file(waiter);
}

static inline void wait_at(struct side *side, struct hub *hub, struct waiter *waiter, const struct wait_options *until)
{
	if (__builtin_expect(waiter->queue || waiter->kept_fd, 0))
		leave_interrupted_wait(waiter);
	*waiter = (struct waiter){.greenlet = self};
	if (until) {
		waiter->keeps_file = until->keeps_file;
		waiter->goes_first = until->wakes_first;
	}
	queue_enter(&side->queue, waiter);
	start_side(hub, side);
}

struct fd_watch *make_watch_of(struct hub *hub, int fd)
{
	return find_or_make_watch(hub, fd);
}

int watch_fd(struct hub *hub, struct waiter *waiter, int fd, short events, const struct wait_options *until)
{
	struct side *side = find_or_make_side(hub, fd, events);

	if (!side)
		return ENOMEM;
	defer_signals();
	wait_at(side, hub, waiter, until);
	resume_signals();
	return 0;
}

int hold_file(struct hub *hub, struct waiter *waiter, int fd, bool keeps_file)
{
	struct side *side = find_or_make_side(hub, fd, POLLIN);

	if (!side)
		return ENOMEM;
	defer_signals();
	*waiter = (struct waiter){.greenlet = self, .keeps_file = keeps_file, .is_woken = true};
	queue_enter(&side->queue, waiter);
	resume_signals();
	return 0;
}

/*
 * A greenlet that was woken here usually waits here again soon. With many greenlets the watch would be a cache miss
 * then: it is prefetched.
 */
int park_on_fd(int fd, short events, const struct wait_options *until)
{
	struct waiter *waiter = &self->waiter;
	struct side *side;
	int error;

	if (fd < 0)
		return EBADF;
	side = find_or_make_side(self->hub, fd, events);
	if (!side)
		return ENOMEM;
	defer_signals();
	wait_at(side, self->hub, waiter, until);
	resume_signals();
	error = park(until);
	if (!error)
		__builtin_prefetch(side);
	defer_signals();
	queue_leave(waiter);
	if (waiter->error)
		error = waiter->error;
	if (__builtin_expect(waiter->kept_fd && waiter->is_restarted, 0))
		poller_leave_file(waiter); /* as in the kernel, the call starts again, by the number */
	waiter->error = 0; /* may belong to another wait, which a handler of this greenlet has interrupted */
	resume_signals();
	return error;
}

struct move {
	struct ev_loop *from, *to;
};

static void move_side(struct side *side, const struct move *move)
{
	if (!ev_is_active(&side->watcher))
		return;
	ev_io_stop(move->from, &side->watcher);
	side->watcher.data = (void *)(uintptr_t)ev_iteration(move->to);
	ev_io_start(move->to, &side->watcher);
}

static void move_watch(void *place, void *arg)
{
	struct fd_watch *watch = place;

	move_side(&watch->read, arg);
	move_side(&watch->write, arg);
}

void poller_move(struct hub *hub, struct ev_loop *loop)
{
	struct move move = {hub->io.loop, loop};

	sparse_each(&hub->io.watches, move_watch, &move);
}
