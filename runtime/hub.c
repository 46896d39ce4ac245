#include "hub.h"
#include "fork.h"
#include "loop.h"
#include "offload_hub.h"
#include "overflow.h"
#include "poller_hub.h"
#include "spare.h"
#include "tls.h"
#include "torture.h"
#include <errno.h>
#include <stdlib.h>

/*
 * So many switches may pass before the loop is looked at, though greenlets are ready; more only if more were ready at
 * the last look: until all of those have run, it would mostly find again what it has found.
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
	hub->ready_first = g->next;
	if (!hub->ready_first)
		hub->ready_last = &hub->ready_first;
	hub->ready_count--;
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

static size_t turns_until_look(const struct hub *hub)
{
	return hub->ready_count < TURNS ? TURNS : hub->ready_count + 1;
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
			offload_make_helper(hub); /* first: the loop may wait for what a helper is to do */
			look_at_loop(hub);
			trim_spare(hub);
		}
		next = take_ready(hub);
		if (!next)
			continue;
		hub->turns = turns_until_look(hub);
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
	hub->ready_last = &hub->ready_first;
	hub->ready_count = 0;
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
