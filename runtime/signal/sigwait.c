/*
 * A signal that every greenlet blocks stays pending in the kernel, where every OS thread can take it. A signalfd in
 * the loop tells when there is one; nothing is read from it.
 */
#include "sigwait.h"
#include "addressee.h"
#include "dispatch.h"
#include "runtime/sched/mask.h"
#include "runtime/sched/park.h"
#include "runtime/sys/refusal.h"
#include <errno.h>
#include <sys/signalfd.h>

/* In seconds. */
#define LOOK_EVERY 0.01

static bool take_kept(struct pending *pending, uint64_t set, siginfo_t *info)
{
	uint64_t signals = atomic_load(&pending->signals) & set;

	for (; signals; signals &= signals - 1) {
		if (pending_take(pending, __builtin_ctzll(signals) + 1, info))
			return true;
	}
	return false;
}

static bool take_from_kernel(uint64_t set, siginfo_t *info)
{
	static const struct timespec no_time;
	long signo;

	do
		signo = raw_syscall(SYS_rt_sigtimedwait, (long)&set, (long)info, (long)&no_time, sizeof(set), 0, 0);
	while (signo == -EINTR);
	return signo > 0;
}

/* What was sent to another greenlet alone, that gets. */
bool take_awaited(uint64_t set, siginfo_t *info)
{
	struct greenlet *addressee;

	if (take_kept(&self->sig.pending, set, info)) {
		addressee_of_signal(info, self->hub, &addressee);
		return true;
	}
	if (take_kept(&self->hub->sig.pending, set, info))
		return true;
	while (take_from_kernel(set, info)) {
		addressee = self;
		addressee_of_signal(info, self->hub, &addressee);
		if (addressee == self)
			return true;
		if (addressee)
			direct_signal(addressee, info->si_signo, info);
	}
	return false;
}

static void note_awaited(struct hub *hub)
{
	struct greenlet *g;

	hub->sig.awaited = hub->main.sig.awaits;
	for (g = hub->living; g; g = g->next_living)
		hub->sig.awaited |= g->sig.awaits;
}

int await_signal(uint64_t set, siginfo_t *info, const struct wait_options *until)
{
	struct greenlet *me = self;
	bool has_one;
	int error = 0;

	/* Each time, for a handler that has run meanwhile may have left all waits, or have forked. */
	do {
		me->sig.awaits = set;
		me->hub->sig.awaited |= set;
	} while (!(has_one = take_awaited(set, info)) && !(error = park(until)));
	/* The kernel looks once more before it gives up. */
	if (!has_one && (error == EINTR || error == ETIMEDOUT) && take_awaited(set, info))
		error = 0;
	me->sig.awaits = 0;
	note_awaited(me->hub);
	return error;
}

/* Each waiter looks for itself. */
static void on_pending(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct hub *hub = watcher->data;
	struct greenlet *g;

	(void)loop;
	(void)events;
	if (hub->main.sig.awaits)
		wake(&hub->main, 0);
	for (g = hub->living; g; g = g->next_living) {
		if (g->sig.awaits)
			wake(g, 0);
	}
}

static bool open_signal_fd(struct hub *hub)
{
	int fd;

	if (hub->sig.fd >= 0)
		return true;
	fd = sys_signalfd(-1, 0, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0) {
		if (is_refusal(-fd))
			note_refusal(REFUSED_SIGNALFD);
		return false;
	}
	hub->sig.fd = fd;
	hub->sig.fd = hub_adopt_fd(hub->sig.fd);
	ev_io_init(&hub->sig.watcher, on_pending, hub->sig.fd, EV_READ);
	hub->sig.watcher.data = hub;
	return true;
}

/* Where there is no signalfd to be had, each waiter looks from time to time. */
static void look_at_times(struct ev_loop *loop, ev_timer *watcher, int events)
{
	(void)watcher;
	on_pending(loop, &((struct hub *)watcher->data)->sig.watcher, events);
}

static void watch_without_fd(struct hub *hub)
{
	if (ev_is_active(&hub->sig.timer))
		ev_timer_stop(hub->io.loop, &hub->sig.timer);
	hub->sig.watcher.data = hub;
	hub->sig.timer.data = hub;
	ev_timer_init(&hub->sig.timer, look_at_times, LOOK_EVERY, LOOK_EVERY);
	if (hub->sig.watched)
		ev_timer_start(hub->io.loop, &hub->sig.timer);
}

/* A filter may have come since it was opened. */
static bool set_signal_fd(struct hub *hub)
{
	if (!open_signal_fd(hub))
		return false;
	if (sys_signalfd(hub->sig.fd, hub->sig.watched, 0) >= 0)
		return true;
	note_refusal(REFUSED_SIGNALFD);
	ev_io_stop(hub->io.loop, &hub->sig.watcher);
	disown_fd(hub->sig.fd);
	hub->sig.fd = -1;
	return false;
}

void watch_awaited(struct hub *hub)
{
	hub->sig.watched = hub->sig.awaited;
	if (!set_signal_fd(hub))
		watch_without_fd(hub);
	else if (hub->sig.watched)
		ev_io_start(hub->io.loop, &hub->sig.watcher);
	else
		ev_io_stop(hub->io.loop, &hub->sig.watcher);
}

void unwatch_awaited(struct hub *hub)
{
	if (ev_is_active(&hub->sig.timer))
		ev_timer_stop(hub->io.loop, &hub->sig.timer);
	if (hub->sig.fd >= 0)
		disown_fd(hub->sig.fd);
	hub->sig.fd = -1;
	hub->sig.watched = 0;
}
