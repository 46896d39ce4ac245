#include "hub.h"
#include "fork.h"
#include "interrupt.h"
#include "lock.h"
#include "offload_hub.h"
#include "overflow.h"
#include "poller_hub.h"
#include "spare.h"
#include "tls.h"
#include "torture.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

/*
 * So many switches may pass before the loop is looked at, though greenlets are ready; more where more are ready, so
 * that each of those whose descriptors were found ready has run, and none is found again for nobody.
 */
#define TURNS     128
#define HUB_STACK (64 * 1024ul)

__thread struct greenlet *self;
__thread struct hub *hub_running;

static struct hub *hubs;
struct lock hubs_lock;

void make_ready(struct greenlet *g)
{
	struct hub *hub = g->hub;

	hub->ready_count++;
	if (torture_strikes(3)) {
		g->next = hub->ready_first;
		hub->ready_first = g;
		if (!g->next)
			hub->ready_last = &g->next;
		return;
	}
	g->next = NULL;
	*hub->ready_last = g;
	hub->ready_last = &g->next;
}

static struct greenlet *take_ready(struct hub *hub)
{
	struct greenlet *g = hub->ready_first;

	if (!g)
		return NULL;
	hub->ready_count--;
	hub->ready_first = g->next;
	if (!hub->ready_first)
		hub->ready_last = &hub->ready_first;
	return g;
}

void wake(struct greenlet *g, int outcome)
{
	if (g->state != PARKED && !(g->state == PARKED_FIRMLY && outcome == 0))
		return;
	g->outcome = outcome;
	g->state = RUNNING;
	make_ready(g);
}

void switch_away(void)
{
	struct greenlet *me = self, *next = NULL;
	struct hub *hub = me->hub;

	if (--hub->turns)
		next = take_ready(hub);
	if (next == me)
		return;
	hub->switches++;
	context_switch(&me->context, next ? &next->context : &hub->context);
}

void knock(struct hub *hub)
{
	uint64_t one = 1;

	if (!atomic_exchange(&hub->knocked, true))
		raw_syscall(SYS_write, hub->knock_fd, (long)&one, sizeof(one), 0, 0, 0);
}

void post(struct greenlet *g)
{
	struct hub *hub = g->hub;
	struct greenlet *first;

	if (atomic_exchange(&g->posted, 1))
		return;
	first = atomic_load(&hub->inbox);
	do g->inbox_next = first;
	while (!atomic_compare_exchange_weak(&hub->inbox, &first, g));
	knock(hub);
}

void take_inbox(struct hub *hub)
{
	struct greenlet *g = atomic_exchange(&hub->inbox, NULL), *in_order = NULL, *next;

	for (; g; g = next) {
		next = g->inbox_next;
		g->inbox_next = in_order;
		in_order = g;
	}
	for (g = in_order; g; g = next) {
		next = g->inbox_next;
		atomic_store(&g->posted, 0);
		wake(g, g->killed ? ECANCELED : 0);
	}
}

static void on_knock(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct hub *hub = watcher->data;
	uint64_t count;

	(void)loop;
	(void)events;
	(void)!read(hub->knock_fd, &count, sizeof(count));
	atomic_store(&hub->knocked, false);
	take_inbox(hub);
	deliver_interrupts(hub);
	poller_take_forgotten(hub);
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
		(void)!read(hub->timer_fd, &expirations, sizeof(expirations));
}

/* libev rounds its waits up to a millisecond; a timerfd is exact. It is left alone while it will fire early enough. */
static void arm(struct hub *hub, nanos next)
{
	struct itimerspec at = {.it_value = {(time_t)(next / NANOS_PER_SEC), (long)(next % NANOS_PER_SEC)}};

	if (next >= hub->armed)
		return;
	timerfd_settime(hub->timer_fd, TFD_TIMER_ABSTIME, &at, NULL);
	hub->armed = next;
}

static void look_at_loop(struct hub *hub)
{
	nanos next = timers_next(&hub->timers);

	if (next != FOR_EVER && next <= clock_now())
		timers_expire(&hub->timers, clock_now());
	else if (!hub->ready_first)
		arm(hub, next);
	ev_run(hub->loop, hub->ready_first ? EVRUN_NOWAIT : EVRUN_ONCE);
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
	if (hub->epoll_fd >= 0)
		hub_disown_fd(hub->epoll_fd);
	ev_loop_destroy(hub->loop);
	hub->loop = NULL;
}

static int open_loop(struct hub *hub)
{
	int error;

	if (hub->loop)
		drop_loop(hub);
	hub->epoll_fd = -1;
	hub->armed = FOR_EVER;
	hub->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	hub->knock_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	hub->loop = hub->timer_fd >= 0 && hub->knock_fd >= 0
	    ? ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV | EVFLAG_NOINOTIFY | EVFLAG_NOTIMERFD)
	    : NULL;
	if (!hub->loop)
		goto fail;
	hub->timer_fd = hub_adopt_fd(hub->timer_fd);
	hub->knock_fd = hub_adopt_fd(hub->knock_fd);
	atomic_store(&hub->knocked, false);
	watch_own(hub, &hub->timer_watcher, on_timer, hub->timer_fd);
	watch_own(hub, &hub->knock_watcher, on_knock, hub->knock_fd);
	return 0;
fail:
	error = errno ? errno : ENOMEM;
	if (hub->timer_fd >= 0)
		close(hub->timer_fd);
	if (hub->knock_fd >= 0)
		close(hub->knock_fd);
	return error;
}

/* The hub's own context. The first greenlet to call it, from hub_start or hub_refresh, waits for hub->error. */
static void run_hub(void)
{
	struct hub *hub = hub_running;

	OUTERMOST_FRAME();
	for (;;) {
		struct greenlet *next;

		if (hub->stale) {
			hub->error = open_loop(hub);
			hub->stale = hub->error != 0;
		} else {
			look_at_loop(hub);
			offload_make_helper(hub);
			trim_spare(hub);
		}
		next = take_ready(hub);
		if (!next)
			continue;
		hub->turns = hub->ready_count >= TURNS ? hub->ready_count + 1 : TURNS;
		context_switch(&hub->context, &next->context);
	}
}

/* Lets the hub open its loop: the caller is the only one who is ready, and comes back with hub->error set. */
int hub_refresh(struct hub *hub)
{
	if (!hub->stale)
		return 0;
	make_ready(self);
	hub->turns = 1;
	switch_away();
	return hub->error;
}

static int make_context(struct hub *hub)
{
	void *top, *low, *tp;
	int error = stack_alloc(HUB_STACK, &hub->stack);

	if (error)
		return error;
	top = hub->stack.high;
	tp = tls_place(top, &low);
	error = tls_make(tp, hub->stack.id);
	if (error) {
		stack_free(&hub->stack);
		return error;
	}
	tls_share_caches(tp);
	*(struct hub **)tls_at(tp, &hub_running, thread_pointer()) = hub;
	hub->context.thread_pointer = tp;
	context_make(&hub->context, hub->stack.low, (size_t)((char *)low - hub->stack.low), run_hub);
	return 0;
}

static void init_main(struct hub *hub)
{
	hub->main.hub = hub;
	hub->main.is_main = 1;
	hub->main.context.thread_pointer = thread_pointer();
}

static int start(struct hub *hub)
{
	int error = tls_init();

	if (error)
		return error;
	hub->ready_last = &hub->ready_first;
	hub->alive = 1;
	hub->peak = 1;
	hub->stale = true;
	init_main(hub);
	error = make_context(hub);
	if (error)
		return error;
	fork_prepare();
	overflow_prepare();
	self = &hub->main;
	error = hub_refresh(hub);
	if (error) {
		self = NULL;
		tls_release(hub->context.thread_pointer);
		stack_free(&hub->stack);
	}
	return error;
}

struct hub *hub_start(void)
{
	struct hub *hub = calloc(1, sizeof(*hub));
	int error = hub ? start(hub) : ENOMEM;

	if (error) {
		free(hub);
		errno = error;
		return NULL;
	}
	lock(&hubs_lock);
	hub->next = hubs;
	hubs = hub;
	unlock(&hubs_lock);
	return hub;
}

void for_each_hub(void (*f)(struct hub *hub, void *arg), void *arg)
{
	struct hub *hub;

	lock(&hubs_lock);
	for (hub = hubs; hub; hub = hub->next)
		f(hub, arg);
	unlock(&hubs_lock);
}

void hub_reset(struct hub *hub)
{
	hubs = hub;
	if (!hub)
		return;
	hub->next = NULL;
	hub->ready_first = NULL;
	hub->ready_count = 0;
	hub->ready_last = &hub->ready_first;
	hub->alive = 1;
	hub->timers.count = 0;
	self->timer.place = 0;
	atomic_store(&hub->inbox, NULL);
	atomic_store(&self->posted, 0);
	hub->masked = NULL;
	hub->helper_wanted = false;
	hub->stale = true;
	poller_reset(hub);
}

/* Asked on every close: the list only grows at its head, so a look without the lock does. */
bool hubs_elsewhere(const struct hub *own)
{
	const struct hub *first = __atomic_load_n(&hubs, __ATOMIC_ACQUIRE);

	return first && (first != own || first->next);
}

static void add_counts(struct hub *hub, void *arg)
{
	struct hub_counts *counts = arg;

	counts->spawned += hub->spawned;
	counts->switches += hub->switches;
	counts->peak += hub->peak;
}

struct hub_counts hub_count_all(void)
{
	struct hub_counts counts = {0};

	for_each_hub(add_counts, &counts);
	return counts;
}
