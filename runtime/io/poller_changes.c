/*
 * What happens to waits when their descriptors change.
 *
 * A system call holds its file: a close of the descriptor, or another file put in its place, changes nothing for a call
 * that waits already. So a number that has waiters is duplicated before it is closed, and their waits continue on the
 * duplicate. The calls then use the duplicate, and the last of them closes it.
 *
 * A descriptor may also be closed by a system call that no hook sees. The kernel then drops it from the loop's epoll,
 * and libev still believes that it is registered: see poller_check().
 */
#include "poller.h"
#include "poller_hub.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/task.h"
#include "runtime/sys/defer.h"
#include "runtime/sys/memory.h"
#include "runtime/sys/sparse.h"
#include "watch.h"
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/epoll.h>

/* What has happened to the descriptors first..last. */
struct change {
	unsigned first, last;
	enum {
		CLOSING,    /* they are about to be closed or replaced: the waits continue with their files */
		CLOSED,     /* they have been closed or replaced: the waits that began since CLOSING look again */
		GONE,       /* the numbers are closed, or belong to other files: the waits end with EBADF */
		LOOK_AGAIN, /* the waits end spuriously */
	} what;
	int kept_fd; /* for CLOSING by another OS thread: the duplicate; 0: none */
};

/* A change that another OS thread has made, and that this hub has yet to apply. */
struct notice {
	struct notice *next;
	struct change change;
};

/* A duplicate keeps the file open, and epoll would keep reporting a number that is no longer ours to use. */
static void tell_epoll(struct hub *hub, int fd)
{
	if (hub->io.epoll_fd >= 0)
		sys_epoll_ctl(hub->io.epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

static struct fd_watch **find_watch(struct hub *hub, int fd)
{
	struct fd_watch **place = (struct fd_watch **)sparse_find(&hub->io.watches, (size_t)fd);

	return place && *place ? place : NULL;
}

/* Frees the watch, which has no waiters any more. */
static void drop_watch(struct hub *hub, struct fd_watch **place, int fd)
{
	struct fd_watch *watch = *place;

	ev_io_stop(hub->io.loop, &watch->read.watcher);
	ev_io_stop(hub->io.loop, &watch->write.watcher);
	tell_epoll(hub, fd);
	defer_signals();
	lock(&hub->io.watches_lock);
	*place = NULL;
	unlock(&hub->io.watches_lock);
	resume_signals();
	memory_free(watch);
}

static bool has_waiters(const struct fd_watch *watch)
{
	return watch->read.queue.first || watch->write.queue.first;
}

static bool any_keeps_file(const struct queue *queue)
{
	const struct waiter *waiter;

	for (waiter = queue->first; waiter; waiter = waiter->next) {
		if (waiter->keeps_file)
			return true;
	}
	return false;
}

/* A waiter that is woken already is moved, too: its call has yet to learn which descriptor to continue with. */
static void move_waiters(struct hub *hub, struct side *from, struct side *to, int kept_fd)
{
	struct waiter *waiter;

	while ((waiter = from->queue.first)) {
		if (!to || !waiter->keeps_file) {
			queue_wake_first(&from->queue, EBADF);
			continue;
		}
		queue_leave(waiter);
		leave_kept_fd = poller_leave_file;
		waiter->kept_fd = (unsigned)kept_fd;
		share_kept_fd(kept_fd);
		queue_enter(&to->queue, waiter);
		if (!waiter->is_woken)
			start_side(hub, to);
	}
}

static void move_waits(struct hub *hub, struct fd_watch *watch, int kept_fd)
{
	struct fd_watch *there = kept_fd > 0 ? make_watch_of(hub, kept_fd) : NULL;

	move_waiters(hub, &watch->read, there ? &there->read : NULL, kept_fd);
	move_waiters(hub, &watch->write, there ? &there->write : NULL, kept_fd);
}

/* If no duplicate can be made, the waits end with EBADF, as if the calls had come a moment later. */
static void keep_file(struct hub *hub, struct fd_watch *watch, int fd)
{
	int kept_fd = -1;

	if (any_keeps_file(&watch->read.queue) || any_keeps_file(&watch->write.queue))
		kept_fd = keep_fd(fd);
	move_waits(hub, watch, kept_fd);
	if (kept_fd > 0)
		poller_let_go(kept_fd);
}

/* Waiters leave the queue when they run: a close before that must find them. */
static void wake_where_they_stand(const struct queue *queue)
{
	struct waiter *waiter;

	for (waiter = queue->first; waiter; waiter = waiter->next) {
		waiter->is_woken = true;
		unpark(waiter->greenlet);
	}
}

static void follow_one(struct hub *hub, struct fd_watch **place, int fd, const struct change *change)
{
	struct fd_watch *watch = *place;

	if (change->what == CLOSING && change->kept_fd)
		move_waits(hub, watch, change->kept_fd);
	else if (change->what == CLOSING && has_waiters(watch))
		keep_file(hub, watch, fd);
	if (change->what == LOOK_AGAIN) {
		wake_where_they_stand(&watch->read.queue);
		wake_where_they_stand(&watch->write.queue);
		return;
	}
	queue_wake_all(&watch->read.queue, change->what == GONE ? EBADF : 0);
	queue_wake_all(&watch->write.queue, change->what == GONE ? EBADF : 0);
	drop_watch(hub, place, fd);
}

static void follow(struct hub *hub, const struct change *change)
{
	size_t end = hub->io.watches.count * SPARSE_PAGE, fd;

	defer_signals();
	for (fd = change->first; fd <= change->last && fd < end; fd++) {
		struct fd_watch **place = find_watch(hub, (int)fd);

		/* A close of a range skips our own descriptors. */
		if (place && !(change->what == CLOSING && is_own_fd((int)fd)))
			follow_one(hub, place, (int)fd, change);
	}
	resume_signals();
}

struct news {
	const struct hub *own;
	struct change change;
};

static void tell(struct hub *hub, void *arg)
{
	const struct news *news = arg;
	struct notice *note;

	if (hub == news->own || hub->stale)
		return;
	note = memory_alloc(sizeof(*note));
	if (!note)
		return;
	note->change = news->change;
	if (note->change.kept_fd)
		share_kept_fd(note->change.kept_fd);
	note->next = atomic_load(&hub->io.notices);
	while (!atomic_compare_exchange_weak(&hub->io.notices, &note->next, note))
		;
	wake_hub(hub);
}

struct look {
	const struct hub *own;
	unsigned fd;
	bool has_waiters;
};

/* The other hub runs meanwhile: this reads only whether one of the queues has a waiter, no more. */
static void look_for_waiters(struct hub *hub, void *arg)
{
	struct look *look = arg;
	struct fd_watch **place;

	if (hub == look->own || hub->stale)
		return;
	lock(&hub->io.watches_lock);
	place = find_watch(hub, (int)look->fd);
	if (place && (__atomic_load_n(&(*place)->read.queue.first, __ATOMIC_RELAXED) ||
			 __atomic_load_n(&(*place)->write.queue.first, __ATOMIC_RELAXED)))
		look->has_waiters = true;
	unlock(&hub->io.watches_lock);
}

static void find_highest(struct hub *hub, void *arg)
{
	size_t *end = arg, own;

	lock(&hub->io.watches_lock);
	own = hub->io.watches.count * SPARSE_PAGE;
	unlock(&hub->io.watches_lock);
	if (own > *end)
		*end = own;
}

/*
 * Tells the other hubs, which learn of the close later: a file that their greenlets wait for is kept open for them
 * until then.
 */
static void tell_of_closing(const struct hub *own, unsigned first, unsigned last)
{
	struct look look = {.own = own};
	size_t end = 0, fd;
	int kept_fd;

	defer_signals();
	for_each_hub(find_highest, &end);
	resume_signals();
	for (fd = first; fd <= last && fd < end; fd++) {
		if (is_own_fd((int)fd))
			continue;
		look.fd = (unsigned)fd;
		look.has_waiters = false;
		defer_signals();
		for_each_hub(look_for_waiters, &look);
		resume_signals();
		if (!look.has_waiters)
			continue;
		kept_fd = keep_fd((int)fd);
		for_each_hub(tell, &(struct news){own, {(unsigned)fd, (unsigned)fd, kept_fd > 0 ? CLOSING : GONE,
							   kept_fd > 0 ? kept_fd : 0}});
		if (kept_fd > 0)
			poller_let_go(kept_fd);
	}
}

static struct notice *in_order(struct notice *latest)
{
	struct notice *first = NULL, *next;

	for (; latest; latest = next) {
		next = latest->next;
		latest->next = first;
		first = latest;
	}
	return first;
}

void poller_take_notices(struct hub *hub)
{
	struct notice *note = in_order(atomic_exchange(&hub->io.notices, NULL)), *next;

	for (; note; note = next) {
		next = note->next;
		follow(hub, &note->change);
		if (note->change.kept_fd)
			poller_let_go(note->change.kept_fd);
		memory_free(note);
	}
}

static void tell_all(struct change change)
{
	struct hub *own = self ? self->hub : hub_running;
	int before = errno;

	if (has_own_fds())
		return;
	if (own && !own->stale) {
		if (atomic_load(&own->io.notices)) /* in order */
			poller_take_notices(own);
		follow(own, &change);
	}
	if (!hubs_elsewhere(own))
		return;
	if (change.what == CLOSING)
		tell_of_closing(own, change.first, change.last);
	else
		for_each_hub(tell, &(struct news){own, change});
	errno = before;
}

void poller_forget(int fd)
{
	if (fd >= 0)
		tell_all((struct change){(unsigned)fd, (unsigned)fd, GONE, 0});
}

void poller_closing(unsigned first, unsigned last)
{
	tell_all((struct change){first, last, CLOSING, 0});
}

void poller_closed(unsigned first, unsigned last)
{
	const struct hub *own = self ? self->hub : hub_running;
	int before = errno;

	if (!hubs_elsewhere(own) || has_own_fds())
		return;
	for_each_hub(tell, &(struct news){own, {first, last, CLOSED, 0}});
	errno = before;
}

void poller_look_again(int fd)
{
	if (fd >= 0)
		tell_all((struct change){(unsigned)fd, (unsigned)fd, LOOK_AGAIN, 0});
}

/* A watcher that was started since the loop last ran is not yet registered with the kernel. */
static bool is_registered(const struct hub *hub, const struct side *side)
{
	return ev_is_active(&side->watcher) && (uintptr_t)side->watcher.data != ev_iteration(hub->io.loop);
}

/* Makes libev register the watcher with the kernel again. */
static void start_anew(struct hub *hub, struct side *side, int events)
{
	if (!ev_is_active(&side->watcher))
		return;
	ev_io_stop(hub->io.loop, &side->watcher);
	ev_io_set(&side->watcher, side->watcher.fd, events);
	start_side(hub, side);
}

/*
 * Asks in the way in which libev itself finds out: adding a descriptor that is registered already is refused. If the
 * loop's epoll descriptor is unknown, the waits for the old file cannot be ended.
 */
void poller_check(int fd)
{
	struct hub *hub = self->hub;
	struct epoll_event event = {.events = EPOLLIN};
	struct fd_watch **place;
	int error;

	if (fd < 0 || hub->stale)
		return;
	place = find_watch(hub, fd);
	if (!place || (!is_registered(hub, &(*place)->read) && !is_registered(hub, &(*place)->write)))
		return;
	if (hub->io.epoll_fd < 0) {
		start_anew(hub, &(*place)->read, EV_READ);
		start_anew(hub, &(*place)->write, EV_WRITE);
		return;
	}
	error = -sys_epoll_ctl(hub->io.epoll_fd, EPOLL_CTL_ADD, fd, &event);
	if (!error)
		poller_forget(fd);
}

void poller_leave_file(struct waiter *waiter)
{
	int kept_fd = (int)waiter->kept_fd;

	waiter->kept_fd = 0;
	if (kept_fd)
		poller_let_go(kept_fd);
}

void (*close_kept_fd)(int fd) = disown_fd;
void (*close_kept_fd_here)(int fd) = disown_fd;

bool poller_leave(int kept_fd)
{
	struct hub *hub = self ? self->hub : hub_running;
	struct fd_watch **place = hub && !hub->stale ? find_watch(hub, kept_fd) : NULL;

	if (place && !has_waiters(*place))
		drop_watch(hub, place, kept_fd);
	return unshare_kept_fd(kept_fd);
}

void poller_let_go(int kept_fd)
{
	if (poller_leave(kept_fd))
		close_kept_fd(kept_fd);
}

int poller_take_file(void)
{
	int kept_fd = (int)self->waiter.kept_fd;

	self->waiter.kept_fd = 0;
	return kept_fd;
}

static struct held_file *held_by(struct wait_record *stay)
{
	return (struct held_file *)((char *)stay - offsetof(struct held_file, stay));
}

static void leave_held(struct wait_record *stay)
{
	struct waiter *waiter = &held_by(stay)->waiter;

	queue_leave(waiter);
	poller_leave_file(waiter);
}

/* The child has no such duplicate, and the owner of the queue is gone. */
static void forget_held(struct wait_record *stay)
{
	held_by(stay)->waiter = (struct waiter){0};
}

void poller_hold(struct held_file *it, int fd)
{
	static const struct wait_cleanup way = {leave_held, forget_held};

	it->waiter = (struct waiter){0};
	push_wait(&it->stay, &way);
	hold_file(self->hub, &it->waiter, fd, true);
}

int poller_release(struct held_file *it)
{
	int kept_fd;

	defer_signals();
	queue_leave(&it->waiter);
	kept_fd = (int)it->waiter.kept_fd;
	it->waiter.kept_fd = 0;
	pop_wait(&it->stay);
	resume_signals();
	return kept_fd;
}

bool poller_begins_anew(void)
{
	return self->waiter.is_restarted;
}

/*
 * A signal handler that has interrupted a wait may have forked: that wait continues to its end. The other waiters are
 * gone.
 */
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
	memory_free(watch);
}

void poller_reset(struct hub *hub)
{
	size_t page;

	hub->io.watches_lock = (struct lock){0};
	self->waiter.kept_fd = 0;
	sparse_each(&hub->io.watches, free_watch, NULL);
	for (page = 0; page < hub->io.watches.count; page++) {
		memory_free(hub->io.watches.pages[page]);
		hub->io.watches.pages[page] = NULL;
	}
	atomic_store(&hub->io.notices, NULL);
}
