#include "poller.h"
#include "hold.h"
#include "hub.h"
#include "poller_hub.h"
#include "sparse.h"
#include "watch.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

/* What has become of the descriptors from first to last. Who waits for them goes on: with the error, or to look. */
struct change {
	unsigned first, last;
	int error;
	bool is_end; /* the numbers are nobody's now, or another file's */
};

/* One that another OS thread has made, for this hub to follow. */
struct notice {
	struct notice *next;
	struct change change;
};

/* epoll would not have it: it is closed, or there is no room for it. */
static int reason_of_refusal(int fd)
{
	return sys_fcntl(fd, F_GETFD, 0) < 0 ? EBADF : ENOMEM;
}

static void on_ready(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct side *side = watcher->data;

	if (events & EV_ERROR)
		queue_wake_all(&side->queue, reason_of_refusal(watcher->fd));
	else if (side->queue.first)
		wake(queue_take_first(&side->queue, 0), 0); /* the next one's turn comes if it stays ready */
	else
		ev_io_stop(loop, watcher);
}

static void init_side(struct side *side, int fd, int events)
{
	*side = (struct side){0};
	ev_io_init(&side->watcher, on_ready, fd, events);
	side->watcher.data = side;
}

static __attribute__((noinline)) struct fd_watch *make_watch(struct hub *hub, int fd)
{
	void **place = sparse_make(&hub->watches, (size_t)fd);
	struct fd_watch *watch;

	if (!place)
		return NULL;
	/* Each side fills a cache line. */
	watch = aligned_alloc(64, sizeof(*watch));
	if (!watch)
		return NULL;
	init_side(&watch->read, fd, EV_READ);
	init_side(&watch->write, fd, EV_WRITE);
	*place = watch;
	return watch;
}

static inline struct fd_watch *find_or_make_watch(struct hub *hub, int fd)
{
	void **place = sparse_find(&hub->watches, (size_t)fd);

	return place && *place ? *place : make_watch(hub, fd);
}

/* The side of fd that events are about; NULL where there is no memory for it. */
static inline struct side *find_or_make_side(struct hub *hub, int fd, short events)
{
	struct fd_watch *watch;

	/* In the child of a fork this may be the first that needs the loop. */
	if (__builtin_expect(hub->stale, 0) && hub_refresh(hub) != 0)
		return NULL;
	/* What another OS thread closed may be open again under its number: the news must not hit whoever waits now. */
	if (atomic_load(&hub->notices))
		poller_take_notices(hub);
	watch = find_or_make_watch(hub, fd);
	return watch ? side_of(watch, events) : NULL;
}

static inline void wait_at(struct side *side, struct hub *hub, struct waiter *waiter)
{
	/* A handler that has interrupted another wait may be waiting here itself; the other looks again after it. */
	queue_leave(waiter);
	*waiter = (struct waiter){.greenlet = self};
	queue_enter(&side->queue, waiter);
	if (!ev_is_active(&side->watcher))
		ev_io_start(hub->loop, &side->watcher);
}

int watch_fd(struct hub *hub, struct waiter *waiter, int fd, short events)
{
	struct side *side = find_or_make_side(hub, fd, events);

	if (!side)
		return ENOMEM;
	hold_signals();
	wait_at(side, hub, waiter);
	let_signals();
	return 0;
}

/* Who was woken here mostly comes here again soon: with many greenlets the watch would have to be waited for then. */
int park_on_fd(int fd, short events, const struct until *until)
{
	struct waiter *waiter = &self->waiter;
	struct side *side;
	int error;

	if (fd < 0)
		return EBADF;
	side = find_or_make_side(self->hub, fd, events);
	if (!side)
		return ENOMEM;
	hold_signals();
	wait_at(side, self->hub, waiter);
	let_signals();
	error = park(until);
	if (!error)
		__builtin_prefetch(side);
	hold_signals();
	queue_leave(waiter);
	if (waiter->error)
		error = waiter->error;
	waiter->error = 0; /* it may be another's whose wait this one's handler has interrupted */
	let_signals();
	return error;
}

/* A twin keeps the file open and the kernel's epoll interested in a number that is no longer ours to ask about. */
static void tell_epoll(struct hub *hub, int fd)
{
	if (hub->epoll_fd >= 0)
		sys_epoll_ctl(hub->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

static void drop_watch(struct hub *hub, struct fd_watch **place, int fd)
{
	struct fd_watch *watch = *place;

	ev_io_stop(hub->loop, &watch->read.watcher);
	ev_io_stop(hub->loop, &watch->write.watcher);
	tell_epoll(hub, fd);
	free(watch);
	*place = NULL;
}

static void follow(struct hub *hub, const struct change *change)
{
	size_t end = hub->watches.count * SPARSE_PAGE, fd;

	for (fd = change->first; fd <= change->last && fd < end; fd++) {
		struct fd_watch **place = (struct fd_watch **)sparse_find(&hub->watches, fd);

		if (!place || !*place)
			continue;
		queue_wake_all(&(*place)->read.queue, change->error);
		queue_wake_all(&(*place)->write.queue, change->error);
		if (change->is_end)
			drop_watch(hub, place, (int)fd);
	}
}

struct news {
	const struct hub *own;
	struct change change;
};

/* Another hub is told through its inbox. That it may not know the descriptors at all cannot be seen from here. */
static void tell(struct hub *hub, void *arg)
{
	const struct news *news = arg;
	struct notice *note;

	if (hub == news->own || hub->stale)
		return;
	note = malloc(sizeof(*note));
	if (!note)
		return;
	note->change = news->change;
	note->next = atomic_load(&hub->notices);
	while (!atomic_compare_exchange_weak(&hub->notices, &note->next, note))
		;
	knock(hub);
}

static void tell_all(struct change change)
{
	struct hub *own = self ? self->hub : hub_running;
	struct news news = {own, change};

	if (own && !own->stale)
		follow(own, &change);
	if (hubs_elsewhere(own))
		for_each_hub(tell, &news);
}

void poller_forget(int fd)
{
	if (fd >= 0)
		poller_forget_range((unsigned)fd, (unsigned)fd);
}

void poller_forget_range(unsigned first, unsigned last)
{
	tell_all((struct change){first, last, EBADF, true});
}

void poller_gone(unsigned first, unsigned last)
{
	const struct hub *own = self ? self->hub : hub_running;
	int before = errno;

	if (!hubs_elsewhere(own))
		return;
	for_each_hub(tell, &(struct news){own, {first, last, 0, true}});
	errno = before;
}

void poller_look_again(int fd)
{
	if (fd >= 0)
		tell_all((struct change){(unsigned)fd, (unsigned)fd, 0, false});
}

void poller_take_notices(struct hub *hub)
{
	struct notice *note = atomic_exchange(&hub->notices, NULL), *next;

	for (; note; note = next) {
		next = note->next;
		follow(hub, &note->change);
		free(note);
	}
}

/* A signal handler may have forked that has interrupted a wait: the wait goes on to its end. The others are gone. */
static void let_self_out(const struct queue *queue)
{
	struct waiter *waiter;

	for (waiter = queue->first; waiter; waiter = waiter->next) {
		if (waiter->greenlet == self)
			waiter->queue = NULL;
	}
}

static void free_watch(void *place, void *unused)
{
	struct fd_watch *watch = place;

	(void)unused;
	let_self_out(&watch->read.queue);
	let_self_out(&watch->write.queue);
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
	atomic_store(&hub->notices, NULL);
}
