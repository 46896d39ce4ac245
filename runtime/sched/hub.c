#include "hub.h"
#include "altstack.h"
#include "runtime/sys/defer.h"
#include "runtime/sys/torture.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/single_threaded.h>

/* So often in a row an urgent greenlet may give way to itself: about a twentieth of its yields is for others. */
#define MOST_OWN_TURNS 20

#define CACHE_LINE 64

__thread struct greenlet *self;
__thread struct hub *hub_running;

/* Real-time priorities are rare: others find the end of the queue without a walk. */
static __attribute__((noinline)) void insert_ready(struct greenlet *g, bool before_equals)
{
	struct hub *hub = g->hub;
	struct greenlet **link = &hub->ready.first;

	if (!g->prio.urgency)
		link = hub->ready.last;
	while (*link && ((*link)->prio.urgency > g->prio.urgency ||
			    ((*link)->prio.urgency == g->prio.urgency && !before_equals)))
		link = &(*link)->next;
	g->next = *link;
	*link = g;
	if (!g->next)
		hub->ready.last = &g->next;
	hub->ready.count++;
	if (self && self->hub == hub && g->prio.urgency > self->prio.urgency)
		hub->slice.preempt_pending = true;
}

static void append_ready(struct greenlet *g)
{
	struct hub *hub = g->hub;

	hub->ready.count++;
	g->next = NULL;
	*hub->ready.last = g;
	hub->ready.last = &g->next;
}

void make_ready_first(struct greenlet *g)
{
	insert_ready(g, true);
}

void make_ready_to_yield(struct greenlet *g)
{
	struct hub *hub = g->hub;
	const struct greenlet *first = hub->ready.first;

	if (!g->prio.urgency || (first && first->prio.urgency >= g->prio.urgency)) {
		hub->self_yields = 0;
		make_ready(g);
	} else if (hub->self_yields++ < MOST_OWN_TURNS) {
		insert_ready(g, false);
	} else {
		hub->self_yields = 0;
		append_ready(g);
	}
}

static bool take_from_ready(struct greenlet *g)
{
	struct hub *hub = g->hub;
	struct greenlet **link = &hub->ready.first;

	while (*link && *link != g)
		link = &(*link)->next;
	if (!*link)
		return false;
	*link = g->next;
	if (!*link)
		hub->ready.last = link;
	hub->ready.count--;
	return true;
}

static void find_most_urgent(struct hub *hub)
{
	unsigned urgency = MOST_URGENT;

	while (urgency && !hub->with_urgency[urgency])
		urgency--;
	hub->urgent = urgency;
}

void set_urgency(struct greenlet *g, unsigned urgency)
{
	struct hub *hub = g->hub;
	bool was_ready = g != self && take_from_ready(g), is_less = urgency < g->prio.urgency;

	hub->with_urgency[g->prio.urgency]--;
	g->prio.urgency = (uint8_t)urgency;
	hub->with_urgency[urgency]++;
	find_most_urgent(hub);
	if (was_ready)
		insert_ready(g, is_less);
}

void follow_kernel_urgency(struct hub *hub)
{
	struct sched_param param = {0};

	raw_syscall(SYS_sched_getparam, 0, (long)&param, 0, 0, 0, 0);
	hub->main.prio.policy = (uint8_t)raw_syscall(SYS_sched_getscheduler, 0, 0, 0, 0, 0, 0);
	set_urgency(&hub->main, (unsigned)param.sched_priority);
}

bool is_first_in_first_out(const struct greenlet *g)
{
	return g->prio.urgency &&
	       (g->prio.policy == POLICY_OF_MAIN ? g->hub->main.prio.policy : g->prio.policy) == SCHED_FIFO;
}

void make_ready(struct greenlet *g)
{
	struct hub *hub = g->hub;

	if (__builtin_expect(hub->urgent, 0)) {
		insert_ready(g, false);
		return;
	}
	hub->ready.count++;
	if (torture_strikes(3)) {
		g->next = hub->ready.first;
		hub->ready.first = g;
		if (!g->next)
			hub->ready.last = &g->next;
		return;
	}
	g->next = NULL;
	*hub->ready.last = g;
	hub->ready.last = &g->next;
}

void poll_soon(struct hub *hub)
{
	if (hub->poll_budget > 1)
		hub->poll_is_asked = true;
	hub->poll_budget = 1;
}

static inline bool ends_park(struct greenlet *g, int outcome)
{
	bool insists = outcome == ECANCELED || outcome == EINTR;

	if (g->state == RUNNING || g->state == ENDED || (g->state != PARKED && insists))
		return false;
	g->wait.outcome = outcome;
	g->state = RUNNING;
	return true;
}

void wake(struct greenlet *g, int outcome)
{
	if (ends_park(g, outcome))
		make_ready(g);
}

void wake_first(struct greenlet *g, int outcome)
{
	struct hub *hub = g->hub;

	if (!ends_park(g, outcome))
		return;
	if (hub->urgent) {
		make_ready(g);
		return;
	}
	hub->ready.count++;
	g->next = hub->ready.first;
	hub->ready.first = g;
	if (!g->next)
		hub->ready.last = &g->next;
}

/*
 * With many greenlets each switch waits for memory: the greenlet's, the frames of the call in which it is parked, what
 * of its thread-local storage calls look at. So that of g, the one after the next, is fetched while the next one runs.
 */
static inline __attribute__((always_inline)) void fetch_ahead(const struct greenlet *g, const struct greenlet *me)
{
	const char *frames;
	ptrdiff_t away;

	if (!g)
		return;
	frames = g->context.saved;
	away = (char *)g->context.thread_pointer - (char *)me->context.thread_pointer;
	__builtin_prefetch(g->next);
	__builtin_prefetch(&g->wait.timer.place);
	__builtin_prefetch(g->context.thread_pointer);
	__builtin_prefetch((char *)&self + away);
	__builtin_prefetch((char *)&deferred + away);
	__builtin_prefetch(frames);
	__builtin_prefetch(frames + CACHE_LINE);
	__builtin_prefetch(frames + 2 * CACHE_LINE);
	__builtin_prefetch(frames + 3 * CACHE_LINE);
	__builtin_prefetch(frames + 4 * CACHE_LINE);
}

void switch_away(void)
{
	struct greenlet *me = self, *next = NULL;
	struct hub *hub = me->hub;
	bool needs_care = __builtin_expect(atomic_load_explicit(&hub->sig.needs_care, memory_order_relaxed), 0);

	if (--hub->poll_budget && !(needs_care && altstack_is_in_use(hub)))
		next = take_ready(hub);
	if (next == me)
		return;
	if (needs_care && next)
		altstack_follow(next);
	if (next)
		fetch_ahead(next->next, me);
	hub->switches++;
	context_switch(&me->context, next ? &next->context : &hub->context);
}

/* Lets the hub open its loop: the caller alone is ready, and finds hub->start_error set when it runs again. */
int hub_refresh(struct hub *hub)
{
	if (!hub->stale)
		return 0;
	make_ready(self);
	hub->poll_budget = 1;
	switch_away();
	return hub->start_error;
}
