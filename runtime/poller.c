#include "poller.h"
#include "hub.h"
#include "poller_hub.h"
#include "sparse.h"
#include "watch.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>

/* Descriptors that another OS thread has closed, from first to last, for this hub to forget. */
struct forgotten {
	struct forgotten *next;
	unsigned first, last;
};

static struct side *side_of(struct fd_watch *watch, short events)
{
	return events & POLLIN ? &watch->read : &watch->write;
}

/* epoll would not have it: it is closed, or there is no room for it. */
static int reason_of_refusal(int fd)
{
	return fcntl(fd, F_GETFD) < 0 ? EBADF : ENOMEM;
}

static void on_ready(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct side *side = watcher->data;

	if (events & EV_ERROR)
		queue_wake_all(&side->queue, reason_of_refusal(watcher->fd));
	else if (side->queue.first)
		queue_wake_first(&side->queue, 0); /* the next one's turn comes if it stays ready */
	else
		ev_io_stop(loop, watcher);
}

static void init_side(struct side *side, int fd, int events)
{
	*side = (struct side){0};
	ev_io_init(&side->watcher, on_ready, fd, events);
	side->watcher.data = side;
}

static struct fd_watch *make_watch(struct hub *hub, int fd)
{
	void **place = sparse_make(&hub->watches, (size_t)fd);
	struct fd_watch *watch;

	if (!place || *place)
		return place ? *place : NULL;
	watch = malloc(sizeof(*watch));
	if (!watch)
		return NULL;
	init_side(&watch->read, fd, EV_READ);
	init_side(&watch->write, fd, EV_WRITE);
	*place = watch;
	return watch;
}

int watch_fd(struct hub *hub, struct waiter *waiter, int fd, short events)
{
	struct fd_watch *watch;
	struct side *side;

	/* What another OS thread closed may be open again under its number: the news must not hit whoever waits now. */
	if (atomic_load(&hub->forgotten))
		poller_take_forgotten(hub);
	watch = make_watch(hub, fd);
	if (!watch)
		return ENOMEM;
	side = side_of(watch, events);
	*waiter = (struct waiter){.greenlet = self};
	queue_enter(&side->queue, waiter);
	if (!ev_is_active(&side->watcher))
		ev_io_start(hub->loop, &side->watcher);
	return 0;
}

int park_on_fd(int fd, short events, const struct until *until)
{
	struct waiter waiter;
	int error;

	if (fd < 0)
		return EBADF;
	error = watch_fd(self->hub, &waiter, fd, events);
	if (error)
		return error;
	error = park(until);
	queue_leave(&waiter);
	return waiter.error ? waiter.error : error;
}

/* A twin keeps the file open and the kernel's epoll interested in a number that is no longer ours to ask about. */
static void tell_epoll(struct hub *hub, int fd)
{
	if (hub->epoll_fd >= 0)
		raw_syscall(SYS_epoll_ctl, hub->epoll_fd, EPOLL_CTL_DEL, fd, 0, 0, 0);
}

static void drop_watch(struct hub *hub, int fd)
{
	void **place = sparse_find(&hub->watches, (size_t)fd);
	struct fd_watch *watch = place ? *place : NULL;

	if (!watch)
		return;
	queue_wake_all(&watch->read.queue, EBADF);
	queue_wake_all(&watch->write.queue, EBADF);
	ev_io_stop(hub->loop, &watch->read.watcher);
	ev_io_stop(hub->loop, &watch->write.watcher);
	tell_epoll(hub, fd);
	free(watch);
	*place = NULL;
}

static void drop_watches(struct hub *hub, unsigned first, unsigned last)
{
	size_t end = hub->watches.count * SPARSE_PAGE, fd;

	for (fd = first; fd <= last && fd < end; fd++)
		drop_watch(hub, (int)fd);
}

struct closing {
	struct hub *own;
	unsigned first, last;
};

/* Another hub is told through its inbox. That it may not know the descriptors at all cannot be seen from here. */
static void forget_elsewhere(struct hub *hub, void *arg)
{
	const struct closing *closing = arg;
	struct forgotten *note;

	if (hub == closing->own || hub->stale)
		return;
	note = malloc(sizeof(*note));
	if (!note)
		return;
	note->first = closing->first;
	note->last = closing->last;
	note->next = atomic_load(&hub->forgotten);
	while (!atomic_compare_exchange_weak(&hub->forgotten, &note->next, note))
		;
	knock(hub);
}

void poller_forget(int fd)
{
	if (fd >= 0)
		poller_forget_range((unsigned)fd, (unsigned)fd);
}

void poller_forget_range(unsigned first, unsigned last)
{
	struct closing closing = {self ? self->hub : hub_running, first, last};

	if (closing.own && !closing.own->stale)
		drop_watches(closing.own, first, last);
	if (hubs_elsewhere(closing.own))
		for_each_hub(forget_elsewhere, &closing);
}

void poller_take_forgotten(struct hub *hub)
{
	struct forgotten *note = atomic_exchange(&hub->forgotten, NULL), *next;

	for (; note; note = next) {
		next = note->next;
		drop_watches(hub, note->first, note->last);
		free(note);
	}
}

static void free_watch(void *watch, void *unused)
{
	(void)unused;
	free(watch);
}

void poller_reset(struct hub *hub)
{
	size_t page;

	sparse_each(&hub->watches, free_watch, NULL);
	for (page = 0; page < hub->watches.count; page++) {
		free(hub->watches.pages[page]);
		hub->watches.pages[page] = NULL;
	}
	atomic_store(&hub->forgotten, NULL);
}
