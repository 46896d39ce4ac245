#include "loop.h"
#include "hub.h"
#include "interrupt_hub.h"
#include "lot.h"
#include "mask.h"
#include "poller_hub.h"
#include "ring_hub.h"
#include "sigwait.h"
#include <errno.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

void (*before_look)(struct hub *hub);

static void on_knock(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct hub *hub = watcher->data;
	uint64_t count;

	(void)loop;
	(void)events;
	sys_read(hub->knock_fd, &count, sizeof(count));
	atomic_store(&hub->knocked, false);
	take_inbox(hub);
	if (atomic_exchange(&hub->lines_to_call, false))
		lot_call_all();
	poller_take_notices(hub);
	ring_take_done(hub);
}

/* The timerfd has done its duty; it stays readable until it is set or read. */
static void on_timer(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct hub *hub = watcher->data;
	uint64_t expirations;

	(void)loop;
	(void)events;
	hub->armed = FOR_EVER;
	if (timers_next(&hub->timers) == FOR_EVER)
		sys_read(hub->timer_fd, &expirations, sizeof(expirations));
}

/* libev rounds its waits up to a millisecond; a timerfd is exact. It is left alone while it will fire early enough. */
static void arm(struct hub *hub, nanos next)
{
	struct itimerspec at = {.it_value = {(time_t)(next / NANOS_PER_SEC), (long)(next % NANOS_PER_SEC)}};

	if (next >= hub->armed)
		return;
	sys_timerfd_settime(hub->timer_fd, TFD_TIMER_ABSTIME, &at);
	hub->armed = next;
}

void look_at_loop(struct hub *hub)
{
	nanos next = timers_next(&hub->timers);

	if (atomic_load(&hub->is_signalled) || atomic_load(&hub->needs_care) > (hub->altstacks > 0))
		deliver_signals(hub);
	apply_masks(hub);
	if (hub->awaited != hub->watched)
		watch_awaited(hub);
	if (next != FOR_EVER && next <= clock_now())
		timers_expire(&hub->timers, clock_now());
	else if (!hub->ready_first)
		arm(hub, next);
	if (before_look)
		before_look(hub);
	ev_run(hub->loop, hub->ready_first ? EVRUN_NOWAIT : EVRUN_ONCE);
	hub->seen = ev_now(hub->loop);
	if (timers_next(&hub->timers) != FOR_EVER)
		timers_expire(&hub->timers, clock_now());
}

static void watch_own(struct hub *hub, ev_io *watcher, void (*on)(struct ev_loop *, ev_io *, int), int fd)
{
	ev_io_init(watcher, on, fd, EV_READ);
	watcher->data = hub;
	ev_io_start(hub->loop, watcher);
}

/* The parent's, in the child of a fork. */
static void drop_loop(struct hub *hub)
{
	hub_disown_fd(hub->timer_fd);
	hub_disown_fd(hub->knock_fd);
	unwatch_awaited(hub);
	if (hub->epoll_fd >= 0)
		hub_disown_fd(hub->epoll_fd);
	ev_loop_destroy(hub->loop);
	hub->loop = NULL;
}

static int reason_of_failure(const struct hub *hub)
{
	if (hub->timer_fd < 0)
		return -hub->timer_fd;
	if (hub->knock_fd < 0)
		return -hub->knock_fd;
	return errno ? errno : ENOMEM;
}

int open_loop(struct hub *hub)
{
	int error;

	if (hub->loop)
		drop_loop(hub);
	hub->epoll_fd = -1;
	hub->signal_fd = -1;
	hub->armed = FOR_EVER;
	hub->timer_fd = sys_timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	hub->knock_fd = sys_eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	errno = 0;
	hub->loop = hub->timer_fd >= 0 && hub->knock_fd >= 0
			? ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV | EVFLAG_NOINOTIFY | EVFLAG_NOTIMERFD)
			: NULL;
	if (!hub->loop)
		goto fail;
	hub->seen = ev_now(hub->loop);
	hub->timer_fd = hub_adopt_fd(hub->timer_fd);
	hub->knock_fd = hub_adopt_fd(hub->knock_fd);
	atomic_store(&hub->knocked, false);
	watch_own(hub, &hub->timer_watcher, on_timer, hub->timer_fd);
	watch_own(hub, &hub->knock_watcher, on_knock, hub->knock_fd);
	return 0;
fail:
	error = reason_of_failure(hub);
	if (hub->timer_fd >= 0)
		sys_close(hub->timer_fd);
	if (hub->knock_fd >= 0)
		sys_close(hub->knock_fd);
	return error;
}
