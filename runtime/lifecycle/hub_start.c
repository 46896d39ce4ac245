#include "hub_start.h"
#include "exit.h"
#include "fork.h"
#include "greenlet_pool.h"
#include "runtime/glibc/facts.h"
#include "runtime/glibc/layout.h"
#include "runtime/glibc/malloc_arena.h"
#include "runtime/io/loop.h"
#include "runtime/io/poller_hub.h"
#include "runtime/io/ring_hub.h"
#include "runtime/offload/offload_hub.h"
#include "runtime/report/lsan.h"
#include "runtime/sched/altstack.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/mask.h"
#include "runtime/sched/task.h"
#include "runtime/signal/stack_overflow.h"
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

#define HUB_STACK (64 * 1024ul)

/* libc's: stdio takes the locks of its streams, those that are open and those to come. */
void _IO_enable_locks(void) __attribute__((weak));

/*
 * When the turns were used up: more or fewer for the next time, as they were too quick or too slow. But all that are
 * ready after a look run before the next, which would mostly find again what this one has found.
 */
static size_t next_poll_budget(struct hub *hub)
{
	nanos now, since;

	if (!hub->poll_budget && !hub->poll_is_asked) {
		now = clock_now();
		since = now - hub->looked;
		hub->looked = now;
		if (since < LOOK_EVERY / 2 && hub->usual_poll_budget < MOST_TURNS)
			hub->usual_poll_budget *= 2;
		else if (since > LOOK_EVERY && hub->usual_poll_budget > FEWEST_TURNS)
			hub->usual_poll_budget /= 2;
	}
	hub->poll_is_asked = false;
	return hub->ready.count < hub->usual_poll_budget ? hub->usual_poll_budget : hub->ready.count + 1;
}

/* The hub's own context. The first greenlet to call it, from hub_start or hub_refresh, waits for hub->error. */
static void run_hub(void)
{
	struct hub *hub = hub_running;

	OUTERMOST_FRAME();
	fiber_begin(&hub->context.fiber);
	for (;;) {
		struct greenlet *next;

		if (hub->leaving)
			finish_leaving(hub->leaving);
		if (hub->stale) {
			hub->start_error = open_loop(hub);
			hub->stale = hub->start_error != 0;
		} else {
			offload_from_hub(hub); /* first: the loop may wait for what a helper is to do */
			poll_loop(hub);
			trim_pool(hub);
		}
		next = take_ready(hub);
		if (!next)
			continue;
		hub->poll_budget = next_poll_budget(hub);
		if (hub->sig.altstacks)
			altstack_follow(next);
		context_switch(&hub->context, &next->context);
		if (hub->sig.altstacks)
			altstack_spare(hub);
	}
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
	fiber_make(&hub->context.fiber, hub->stack.low, (size_t)((char *)low - hub->stack.low));
	context_make(&hub->context, hub->stack.low, (size_t)((char *)low - hub->stack.low), run_hub);
	return 0;
}

static void init_main(struct hub *hub)
{
	hub->main.hub = hub;
	hub->main.is_main = 1;
	hub->os.tid = os_thread_id();
	hub->os.tid_word = tls_thread_word(thread_pointer());
	hub->os.is_main = hub->os.tid == sys_getpid();
	hub->main.wait.limit = FOR_EVER;
	hub->main.life.has_begun = true;
	hub->main.context.thread_pointer = thread_pointer();
	hub->os.listed = thread_pointer();
	hub->main.cancel.cancelled = (tls_cancel_state(thread_pointer()) & TLS_CANCELLED) != 0;
	mask_begin(hub);
	follow_kernel_urgency(hub);
	/*
	 * libc cannot know that there is company now, by helper threads or by greenlets; C++ goes by the variable, of
	 * which the program may have a copy.
	 */
	mark_not_alone(thread_pointer());
	__atomic_store_n(glibc.single_threaded, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&__libc_single_threaded, 0, __ATOMIC_RELAXED);
	if (_IO_enable_locks)
		_IO_enable_locks();
}

static int start(struct hub *hub)
{
	int error = task_flags || glibc_unlike() ? ENOTSUP : tls_init();

	if (error)
		return error;
	hub->ready.last = &hub->ready.first;
	hub->usual_poll_budget = FEWEST_TURNS;
	hub->alive = 1;
	hub->peak = 1;
	hub->stale = true;
	init_main(hub);
	error = timers_reserve(&hub->io.timers, 1);
	if (!error)
		error = make_context(hub);
	if (error)
		return error;
	fork_prepare(); /* where there are no hooks, which have done so before */
	overflow_prepare();
	leaks_prepare();
	__atomic_store_n(&self, &hub->main, __ATOMIC_RELEASE); /* other OS threads read it: greenlet_of() */
	error = hub_refresh(hub);
	if (error) {
		__atomic_store_n(&self, NULL, __ATOMIC_RELEASE);
		tls_release(hub->context.thread_pointer);
		fiber_free(&hub->context.fiber);
		stack_free(&hub->stack);
		return error;
	}
	altstack_begin(hub);
	return 0;
}

extern before_hub *const __start_before_first_hub[] __attribute__((weak, visibility("hidden")));
extern before_hub *const __stop_before_first_hub[] __attribute__((weak, visibility("hidden")));

/* There are none where the runtime is linked by itself. */
static void tell_of_first_hub(void)
{
	before_hub *const *entry;

	for (entry = __start_before_first_hub; entry < __stop_before_first_hub; entry++)
		(*entry)();
}

struct hub *hub_start(void)
{
	struct hub *hub;
	int before = errno, error;

	if (!any_hub())
		tell_of_first_hub();
	hub = memory_zalloc(sizeof(*hub));
	error = hub ? start(hub) : ENOMEM;
	if (error) {
		if (hub)
			timers_free(&hub->io.timers);
		memory_free(hub);
		errno = error;
		return NULL;
	}
	note_hub(hub);
	errno = before;
	return hub;
}

void hub_reset(struct hub *hub)
{
	note_only_hub(hub);
	if (!hub)
		return;
	hub->ready.first = NULL;
	hub->ready.last = &hub->ready.first;
	hub->ready.count = 0;
	hub->alive = 1;
	memset(hub->with_urgency, 0, sizeof(hub->with_urgency));
	hub->with_urgency[self->prio.urgency] = 1;
	hub->urgent = self->prio.urgency;
	hub->io.timers.count = 0;
	self->wait.timer.place = 0;
	self->life.end_fd = self->life.end_peer = 0;
	atomic_store(&hub->remote.queue, NULL);
	atomic_store(&self->remote.is_queued, 0);
	/* What waits for its end has stayed in the parent. */
	self->life.joiner = NULL;
	atomic_store(&self->life.is_joined, false);
	hub->leaving = NULL;
	mask_reset(hub, self);
	altstack_reset(hub, self);
	hub->offload_thread_wanted = false;
	hub->slice.has_timers = false;
	hub->slice.is_running = false;
	hub->slice.preempt_pending = false;
	hub->os.is_main = true; /* the child's only thread is its main one */
	hub->stale = true;
	poller_reset(hub);
	ring_reset(hub);
	if (!self->is_main) {
		glibc_list_instead(thread_pointer(), hub->context.thread_pointer);
		hub->os.listed = hub->context.thread_pointer;
	}
}
