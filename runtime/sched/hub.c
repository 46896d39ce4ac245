#include "hub.h"
#include "altstack.h"
#include "mask.h"
#include "runtime/glibc/facts.h"
#include "runtime/glibc/layout.h"
#include "runtime/glibc/malloc_arena.h"
#include "runtime/glibc/tls.h"
#include "runtime/io/loop.h"
#include "runtime/io/poller_hub.h"
#include "runtime/io/ring_hub.h"
#include "runtime/lifecycle/exit.h"
#include "runtime/lifecycle/fork.h"
#include "runtime/lifecycle/greenlet_pool.h"
#include "runtime/lifecycle/task.h"
#include "runtime/offload/offload_hub.h"
#include "runtime/report/lsan.h"
#include "runtime/signal/stack_overflow.h"
#include "runtime/sys/defer.h"
#include "runtime/sys/memory.h"
#include "runtime/sys/torture.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/single_threaded.h>

/*
 * How many switches may pass before the loop is looked at though greenlets are ready: as many as take about this long,
 * between these bounds.
 */
#define LOOK_EVERY   (200 * NANOS_PER_USEC)
#define FEWEST_TURNS 16
#define MOST_TURNS   4096

/* So often in a row an urgent greenlet may give way to itself: about a twentieth of its yields is for others. */
#define MOST_OWN_TURNS 20

#define HUB_STACK (64 * 1024ul)

#define CACHE_LINE 64

__thread struct greenlet *self;
__thread struct hub *hub_running;

/* libc's: stdio takes the locks of its streams, those that are open and those to come. */
void _IO_enable_locks(void) __attribute__((weak));

/* Real-time priorities are rare: others find the end of the queue without a walk. */
static __attribute__((noinline)) void insert_ready(struct greenlet *g, bool before_equals)
{
	struct hub *hub = g->hub;
	struct greenlet **link = &hub->ready_first;

	if (!g->urgency)
		link = hub->ready_last;
	while (*link && ((*link)->urgency > g->urgency || ((*link)->urgency == g->urgency && !before_equals)))
		link = &(*link)->next;
	g->next = *link;
	*link = g;
	if (!g->next)
		hub->ready_last = &g->next;
	hub->ready_count++;
	if (self && self->hub == hub && g->urgency > self->urgency)
		hub->slice_over = true;
}

static void append_ready(struct greenlet *g)
{
	struct hub *hub = g->hub;

	hub->ready_count++;
	g->next = NULL;
	*hub->ready_last = g;
	hub->ready_last = &g->next;
}

void make_ready_first(struct greenlet *g)
{
	insert_ready(g, true);
}

void make_ready_to_yield(struct greenlet *g)
{
	struct hub *hub = g->hub;
	const struct greenlet *first = hub->ready_first;

	if (!g->urgency || (first && first->urgency >= g->urgency)) {
		hub->own_turns = 0;
		make_ready(g);
	} else if (hub->own_turns++ < MOST_OWN_TURNS) {
		insert_ready(g, false);
	} else {
		hub->own_turns = 0;
		append_ready(g);
	}
}

static bool take_from_ready(struct greenlet *g)
{
	struct hub *hub = g->hub;
	struct greenlet **link = &hub->ready_first;

	while (*link && *link != g)
		link = &(*link)->next;
	if (!*link)
		return false;
	*link = g->next;
	if (!*link)
		hub->ready_last = link;
	hub->ready_count--;
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
	bool was_ready = g != self && take_from_ready(g), is_less = urgency < g->urgency;

	hub->with_urgency[g->urgency]--;
	g->urgency = (uint8_t)urgency;
	hub->with_urgency[urgency]++;
	find_most_urgent(hub);
	if (was_ready)
		insert_ready(g, is_less);
}

void follow_kernel_urgency(struct hub *hub)
{
	struct sched_param param = {0};

	raw_syscall(SYS_sched_getparam, 0, (long)&param, 0, 0, 0, 0);
	hub->main.policy = (uint8_t)raw_syscall(SYS_sched_getscheduler, 0, 0, 0, 0, 0, 0);
	set_urgency(&hub->main, (unsigned)param.sched_priority);
}

bool is_first_in_first_out(const struct greenlet *g)
{
	return g->urgency && (g->policy == POLICY_OF_MAIN ? g->hub->main.policy : g->policy) == SCHED_FIFO;
}

void make_ready(struct greenlet *g)
{
	struct hub *hub = g->hub;

	if (__builtin_expect(hub->urgent, 0)) {
		insert_ready(g, false);
		return;
	}
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

void look_soon(struct hub *hub)
{
	if (hub->turns > 1)
		hub->is_look_asked = true;
	hub->turns = 1;
}

static inline bool ends_park(struct greenlet *g, int outcome)
{
	bool insists = outcome == ECANCELED || outcome == EINTR;

	if (g->state == RUNNING || g->state == ENDED || (g->state != PARKED && insists))
		return false;
	g->outcome = outcome;
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
	hub->ready_count++;
	g->next = hub->ready_first;
	hub->ready_first = g;
	if (!g->next)
		hub->ready_last = &g->next;
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
	__builtin_prefetch(&g->timer.place);
	__builtin_prefetch(g->context.thread_pointer);
	__builtin_prefetch((char *)&self + away);
	__builtin_prefetch((char *)&held + away);
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
	bool needs_care = __builtin_expect(atomic_load_explicit(&hub->needs_care, memory_order_relaxed), 0);

	if (--hub->turns && !(needs_care && altstack_is_in_use(hub)))
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

/*
 * When the turns were used up: more or fewer for the next time, as they were too quick or too slow. But all that are
 * ready after a look run before the next, which would mostly find again what this one has found.
 */
static size_t turns_until_look(struct hub *hub)
{
	nanos now, since;

	if (!hub->turns && !hub->is_look_asked) {
		now = clock_now();
		since = now - hub->looked;
		hub->looked = now;
		if (since < LOOK_EVERY / 2 && hub->usual_turns < MOST_TURNS)
			hub->usual_turns *= 2;
		else if (since > LOOK_EVERY && hub->usual_turns > FEWEST_TURNS)
			hub->usual_turns /= 2;
	}
	hub->is_look_asked = false;
	return hub->ready_count < hub->usual_turns ? hub->usual_turns : hub->ready_count + 1;
}

/* The hub's own context. The first greenlet to call it, from hub_start or hub_refresh, waits for hub->error. */
static void run_hub(void)
{
	struct hub *hub = hub_running;

	OUTERMOST_FRAME();
	for (;;) {
		struct greenlet *next;

		if (hub->leaving)
			finish_leaving(hub->leaving);
		if (hub->stale) {
			hub->error = open_loop(hub);
			hub->stale = hub->error != 0;
		} else {
			offload_from_hub(hub); /* first: the loop may wait for what a helper is to do */
			look_at_loop(hub);
			trim_spare(hub);
		}
		next = take_ready(hub);
		if (!next)
			continue;
		hub->turns = turns_until_look(hub);
		if (hub->altstacks)
			altstack_follow(next);
		context_switch(&hub->context, &next->context);
		if (hub->altstacks)
			altstack_spare(hub);
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
	int error = stack_alloc(HUB_STACK + tls_bytes(), &hub->stack);

	if (error)
		return error;
	top = hub->stack.high;
	tp = tls_place(top, &low);
	error = tls_make(tp, hub->stack.id);
	if (error) {
		stack_free(&hub->stack);
		return error;
	}
	arena_share(tp);
	*(struct hub **)tls_at(tp, &hub_running, thread_pointer()) = hub;
	hub->context.thread_pointer = tp;
	context_make(&hub->context, hub->stack.low, (size_t)((char *)low - hub->stack.low), run_hub);
	return 0;
}

static void init_main(struct hub *hub)
{
	hub->main.hub = hub;
	hub->main.is_main = 1;
	hub->thread_id = os_thread_id();
	hub->thread_word = tls_thread_word(thread_pointer());
	hub->is_first = hub->thread_id == sys_getpid();
	hub->main.limit = FOR_EVER;
	hub->main.has_begun = true;
	hub->main.context.thread_pointer = thread_pointer();
	hub->listed = thread_pointer();
	hub->main.cancelled = (tls_cancel_state(thread_pointer()) & TLS_CANCELLED) != 0;
	mask_begin(hub);
	follow_kernel_urgency(hub);
	/*
	 * libc cannot know that there is company now, by helper threads or by greenlets; C++ goes by the variable, of
	 * which the program may have a copy.
	 */
	mark_not_alone(thread_pointer());
	*glibc.single_threaded = 0;
	__libc_single_threaded = 0;
	if (_IO_enable_locks)
		_IO_enable_locks();
}

static int start(struct hub *hub)
{
	int error = task_flags || glibc_unlike() ? ENOTSUP : tls_init();

	if (error)
		return error;
	hub->ready_last = &hub->ready_first;
	hub->usual_turns = FEWEST_TURNS;
	hub->alive = 1;
	hub->peak = 1;
	hub->stale = true;
	init_main(hub);
	error = timers_reserve(&hub->timers, 1);
	if (!error)
		error = make_context(hub);
	if (error)
		return error;
	fork_prepare(); /* where there are no hooks, which have done so before */
	overflow_prepare();
	leaks_prepare();
	self = &hub->main;
	error = hub_refresh(hub);
	if (error) {
		self = NULL;
		tls_release(hub->context.thread_pointer);
		stack_free(&hub->stack);
		return error;
	}
	altstack_begin(hub);
	return 0;
}

struct hub *hub_start(void)
{
	struct hub *hub;
	int error;

	if (before_first_hub && !any_hub())
		before_first_hub();
	hub = memory_zalloc(sizeof(*hub));
	error = hub ? start(hub) : ENOMEM;
	if (error) {
		if (hub)
			timers_free(&hub->timers);
		memory_free(hub);
		errno = error;
		return NULL;
	}
	note_hub(hub);
	return hub;
}

void hub_reset(struct hub *hub)
{
	note_only_hub(hub);
	if (!hub)
		return;
	hub->ready_first = NULL;
	hub->ready_last = &hub->ready_first;
	hub->ready_count = 0;
	hub->alive = 1;
	memset(hub->with_urgency, 0, sizeof(hub->with_urgency));
	hub->with_urgency[self->urgency] = 1;
	hub->urgent = self->urgency;
	hub->timers.count = 0;
	self->timer.place = 0;
	self->end_fd = self->end_peer = 0;
	atomic_store(&hub->inbox, NULL);
	atomic_store(&self->posted, 0);
	/* What waits for its end has stayed in the parent. */
	self->joiner = NULL;
	atomic_store(&self->is_joined, false);
	hub->leaving = NULL;
	mask_reset(hub, self);
	altstack_reset(hub, self);
	hub->helper_wanted = false;
	hub->has_slice_timer = false;
	hub->is_sliced = false;
	hub->slice_over = false;
	hub->is_first = true; /* the child's only thread is its main one */
	hub->stale = true;
	poller_reset(hub);
	ring_reset(hub);
	if (!self->is_main) {
		glibc_list_instead(thread_pointer(), hub->context.thread_pointer);
		hub->listed = hub->context.thread_pointer;
	}
}
