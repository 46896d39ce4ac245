/*
 * A signal that every greenlet blocks stays pending in the kernel, which takes it out for whoever asks. A signalfd in
 * the loop tells when there is one; nothing is read from it.
 */
#include "sigwait.h"
#include "addressee.h"
#include "interrupt.h"
#include "mask.h"
#include "park.h"
#include <errno.h>
#include <sys/signalfd.h>

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

	if (take_kept(&self->directed, set, info)) {
		addressee_of_signal(info, self->hub, &addressee);
		return true;
	}
	if (take_kept(&self->hub->arrived, set, info))
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

	hub->awaited = hub->main.awaits;
	for (g = hub->living; g; g = g->next_living)
		hub->awaited |= g->awaits;
}

int await_signal(uint64_t set, siginfo_t *info, const struct until *until)
{
	struct greenlet *me = self;
	bool has_one;
	int error = 0;

	/* Each time, for a handler that has run meanwhile may have left all waits, or have forked. */
	do {
		me->awaits = set;
		me->hub->awaited |= set;
	} while (!(has_one = take_awaited(set, info)) && !(error = park(until)));
	/* The kernel looks once more before it gives up. */
	if (!has_one && (error == EINTR || error == ETIMEDOUT) && take_awaited(set, info))
		error = 0;
	me->awaits = 0;
	note_awaited(me->hub);
	return error;
}

/* Each of those who wait looks for himself. */
static void on_pending(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct hub *hub = watcher->data;
	struct greenlet *g;

	(void)loop;
	(void)events;
	if (hub->main.awaits)
		wake(&hub->main, 0);
	for (g = hub->living; g; g = g->next_living) {
		if (g->awaits)
			wake(g, 0);
	}
}

/* Without one, who waits is woken by what is sent to him alone, and by whatever passes by the running greenlet. */
static bool open_signal_fd(struct hub *hub)
{
	if (hub->signal_fd >= 0)
		return true;
	hub->signal_fd = sys_signalfd(-1, 0, SFD_CLOEXEC | SFD_NONBLOCK);
	if (hub->signal_fd < 0)
		return false;
	hub->signal_fd = hub_adopt_fd(hub->signal_fd);
	ev_io_init(&hub->signal_watcher, on_pending, hub->signal_fd, EV_READ);
	hub->signal_watcher.data = hub;
	return true;
}

void watch_awaited(struct hub *hub)
{
	if (!open_signal_fd(hub))
		return;
	hub->watched = hub->awaited;
	sys_signalfd(hub->signal_fd, hub->watched, 0);
	if (hub->watched)
		ev_io_start(hub->loop, &hub->signal_watcher);
	else
		ev_io_stop(hub->loop, &hub->signal_watcher);
}

void unwatch_awaited(struct hub *hub)
{
	if (hub->signal_fd >= 0)
		hub_disown_fd(hub->signal_fd);
	hub->signal_fd = -1;
	hub->watched = 0;
}
