#include "loop.h"
#include "poller_hub.h"
#include "ring_hub.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/mask.h"
#include "runtime/signal/interrupt_hub.h"
#include "runtime/signal/sigwait.h"
#include "runtime/sync/parking_lot.h"
#include "runtime/sys/refusal.h"
#include <errno.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

void (*before_poll)(struct hub *hub);

static void on_wakeup(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct hub *hub = watcher->data;
	uint64_t count; /* a pipe never holds more than one wake-up: a few bytes */

	(void)loop;
	(void)events;
	sys_read(hub->remote.fd, &count, sizeof(count));
	atomic_store(&hub->remote.is_sent, false);
	take_remote_queue(hub);
	if (atomic_exchange(&hub->remote.wakes_parking_lot, false))
		parking_lot_wake_all_firsts();
	poller_take_notices(hub);
	ring_take_done(hub);
}

/* The timerfd has expired; it stays readable until it is set or read. */
static void on_timer(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct hub *hub = watcher->data;
	uint64_t expirations;

	(void)loop;
	(void)events;
	hub->io.armed = FOR_EVER;
	if (timers_next(&hub->io.timers) == FOR_EVER)
		sys_read(hub->io.timer_fd, &expirations, sizeof(expirations));
}

/* The deadlines themselves are checked after each round of the loop. */
static void on_coarse_timer(struct ev_loop *loop, ev_timer *watcher, int events)
{
	struct hub *hub = watcher->data;

	(void)loop;
	(void)events;
	hub->io.armed = FOR_EVER;
}

static void arm_coarsely(struct hub *hub, nanos next)
{
	nanos now = clock_now();

	ev_timer_stop(hub->io.loop, &hub->io.coarse_timer);
	ev_now_update(hub->io.loop);
	ev_timer_set(&hub->io.coarse_timer, next > now ? (double)(next - now) / NANOS_PER_SEC : 0, 0);
	ev_timer_start(hub->io.loop, &hub->io.coarse_timer);
}

/* A timerfd that could not be set would stay readable, so it is closed. */
static void lose_timer(struct hub *hub)
{
	note_refusal(REFUSED_TIMERFD);
	ev_io_stop(hub->io.loop, &hub->io.timer_watcher);
	disown_fd(hub->io.timer_fd);
	hub->io.timer_fd = -1;
}

/*
 * libev rounds its waits up to a millisecond; a timerfd is exact. It is not set again if it will expire early enough.
 */
static void arm(struct hub *hub, nanos next)
{
	struct itimerspec at = {.it_value = {(time_t)(next / NANOS_PER_SEC), (long)(next % NANOS_PER_SEC)}};

	if (next >= hub->io.armed)
		return;
	if (hub->io.timer_fd >= 0 && sys_timerfd_settime(hub->io.timer_fd, TFD_TIMER_ABSTIME, &at) < 0)
		lose_timer(hub);
	if (hub->io.timer_fd < 0)
		arm_coarsely(hub, next);
	hub->io.armed = next;
}

static void watch_own(struct hub *hub, ev_io *watcher, void (*on)(struct ev_loop *, ev_io *, int), int fd)
{
	ev_io_init(watcher, on, fd, EV_READ);
	watcher->data = hub;
	ev_io_start(hub->io.loop, watcher);
}

static void watch_own_all(struct hub *hub)
{
	if (hub->io.timer_fd >= 0)
		watch_own(hub, &hub->io.timer_watcher, on_timer, hub->io.timer_fd);
	watch_own(hub, &hub->remote.watcher, on_wakeup, hub->remote.fd);
	ev_timer_init(&hub->io.coarse_timer, on_coarse_timer, 0, 0);
	hub->io.coarse_timer.data = hub;
	hub->io.armed = FOR_EVER;
}

/* Tries whether epoll may be used, which libev finds out only when it is too late. Returns 0 or -errno. */
static int try_epoll(int fd)
{
	struct epoll_event event = {.events = EPOLLIN};
	int epoll_fd = sys_epoll_create(EPOLL_CLOEXEC), error;

	if (epoll_fd < 0)
		return epoll_fd;
	error = sys_epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
	if (!error)
		error = sys_epoll_wait(epoll_fd, &event, 1, 0);
	sys_close(epoll_fd);
	return error < 0 ? error : 0;
}

/* Uses poll if epoll is refused: poll checks all descriptors each time. Returns NULL with *error set. */
static struct ev_loop *make_loop(int fd_to_try, int *error)
{
	unsigned backend = EVBACKEND_EPOLL;
	struct ev_loop *loop;
	int result = was_refused(REFUSED_EPOLL) ? -EPERM : try_epoll(fd_to_try);

	if (result < 0 && !is_refusal(-result)) {
		*error = -result;
		return NULL;
	}
	if (result < 0) {
		note_refusal(REFUSED_EPOLL);
		backend = EVBACKEND_POLL;
	}
	errno = 0;
	loop = ev_loop_new(backend | EVFLAG_NOENV | EVFLAG_NOINOTIFY | EVFLAG_NOTIMERFD);
	if (!loop)
		*error = errno ? errno : ENOMEM;
	return loop;
}

void loop_lost_epoll(struct hub *hub)
{
	note_refusal(REFUSED_EPOLL);
	hub->io.lost_epoll = true;
}

/*
 * A system call filter has been installed since the loop was made. Another loop takes over the watchers; if none can be
 * made, the old one continues.
 */
static void replace_loop(struct hub *hub)
{
	struct ev_loop *old = hub->io.loop, *loop;
	int error;

	hub->io.lost_epoll = false;
	loop = make_loop(hub->remote.fd, &error);
	if (!loop)
		return;
	poller_move(hub, loop);
	unwatch_awaited(hub);
	hub->io.loop = loop;
	if (hub->io.epoll_fd >= 0)
		disown_fd(hub->io.epoll_fd);
	hub->io.epoll_fd = -1;
	ev_loop_destroy(old);
	watch_own_all(hub);
}

void poll_loop(struct hub *hub)
{
	nanos next = timers_next(&hub->io.timers);

	if (atomic_load(&hub->sig.is_signalled) || atomic_load(&hub->sig.needs_care) > (hub->sig.altstacks > 0))
		deliver_signals(hub);
	apply_masks(hub);
	if (hub->sig.awaited != hub->sig.watched)
		watch_awaited(hub);
	if (next != FOR_EVER && next <= clock_now())
		timers_expire(&hub->io.timers, clock_now());
	else if (!hub->ready.first)
		arm(hub, next);
	if (before_poll)
		before_poll(hub);
	ev_run(hub->io.loop, hub->ready.first ? EVRUN_NOWAIT : EVRUN_ONCE);
	hub->loop_now = ev_now(hub->io.loop);
	if (__builtin_expect(hub->io.lost_epoll, 0))
		replace_loop(hub);
	if (timers_next(&hub->io.timers) != FOR_EVER)
		timers_expire(&hub->io.timers, clock_now());
}

static void close_own(struct hub *hub)
{
	if (hub->io.timer_fd >= 0)
		disown_fd(hub->io.timer_fd);
	if (hub->remote.fd >= 0)
		disown_fd(hub->remote.fd);
	if (hub->remote.write_fd >= 0 && hub->remote.write_fd != hub->remote.fd)
		disown_fd(hub->remote.write_fd);
}

/* Drops the parent's loop, in the child of a fork. */
static void drop_loop(struct hub *hub)
{
	close_own(hub);
	unwatch_awaited(hub);
	if (hub->io.epoll_fd >= 0)
		disown_fd(hub->io.epoll_fd);
	ev_loop_destroy(hub->io.loop);
	hub->io.loop = NULL;
}

/*
 * A timerfd that can be created cannot always be set. hub->io.timer_fd is -1 if it is refused. Returns 0 or an errno
 * value.
 */
static int open_timer(struct hub *hub)
{
	static const struct itimerspec never;
	int error = 0;

	hub->io.timer_fd = sys_timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (hub->io.timer_fd < 0)
		error = -hub->io.timer_fd;
	else if ((error = -sys_timerfd_settime(hub->io.timer_fd, 0, &never)))
		sys_close(hub->io.timer_fd);
	if (error)
		hub->io.timer_fd = -1;
	if (!is_refusal(error))
		return error;
	note_refusal(REFUSED_TIMERFD);
	return 0;
}

static int open_wakeup(struct hub *hub)
{
	int ends[2] = {-1, -1}, error;

	hub->remote.fd = hub->remote.write_fd = sys_eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (hub->remote.fd >= 0)
		return 0;
	error = -hub->remote.fd;
	hub->remote.fd = hub->remote.write_fd = -1;
	if (!is_refusal(error))
		return error;
	note_refusal(REFUSED_EVENTFD);
	error = -(int)raw_syscall(SYS_pipe2, (long)ends, O_CLOEXEC | O_NONBLOCK, 0, 0, 0, 0);
	if (!error) {
		hub->remote.fd = ends[0];
		hub->remote.write_fd = ends[1];
	}
	return error;
}

static void adopt_own(struct hub *hub)
{
	bool is_pipe = hub->remote.write_fd != hub->remote.fd;

	if (hub->io.timer_fd >= 0)
		hub->io.timer_fd = hub_adopt_fd(hub->io.timer_fd);
	hub->remote.fd = hub_adopt_fd(hub->remote.fd);
	hub->remote.write_fd = is_pipe ? hub_adopt_fd(hub->remote.write_fd) : hub->remote.fd;
}

int open_loop(struct hub *hub)
{
	int error;

	if (hub->io.loop)
		drop_loop(hub);
	hub->io.epoll_fd = -1;
	hub->sig.fd = -1;
	hub->io.lost_epoll = false;
	hub->remote.fd = hub->remote.write_fd = -1;
	error = open_timer(hub);
	if (!error)
		error = open_wakeup(hub);
	if (!error)
		hub->io.loop = make_loop(hub->remote.fd, &error);
	if (error) {
		close_own(hub);
		return error;
	}
	hub->loop_now = ev_now(hub->io.loop);
	adopt_own(hub);
	atomic_store(&hub->remote.is_sent, false);
	watch_own_all(hub);
	return 0;
}
