#include "greenlet.h"
#include "exit.h"
#include "hub_start.h"
#include "runtime/glibc/layout.h"
#include "runtime/glibc/malloc_arena.h"
#include "runtime/glibc/tls.h"
#include "runtime/sched/altstack.h"
#include "runtime/sched/mask.h"
#include "runtime/sched/park.h"
#include "runtime/sched/take_signals.h"
#include "runtime/signal/dispatch.h"
#include "runtime/sys/fail.h"
#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#define SMALLEST_STACK 4096
#define USUAL_GUARD    4096

/* One that was killed while it waited for its time to begin never does. */
static void run(struct greenlet *g)
{
	timer_stop(&g->hub->io.timers, &g->wait.timer);
	if (g->wait.outcome == ECANCELED) {
		g->life.value = NULL;
		g->life.error = ECANCELED;
	} else {
		g->life.value = g->life.run(g->life.value);
	}
}

/*
 * Registered as a clean-up buffer, the outermost frame is for libc what the start of one of its own threads is:
 * pthread_exit unwinds to it.
 */
static void begin(void)
{
	__pthread_unwind_buf_t outermost;

	OUTERMOST_FRAME();
	fiber_begin(&self->context.fiber);
	__ctype_init();
	if (_setjmp((struct __jmp_buf_tag *)(void *)outermost.__cancel_jmp_buf) == 0) {
		__pthread_register_cancel(&outermost);
		if (has_signals(self))
			take_signals(self);
		self->life.has_begun = true;
		run(self);
	}
	/* A destructor that is cancelled comes back to the jump buffer: then those that are left run. */
	tls_run_destructors();
	__pthread_unregister_cancel(&outermost);
	end_greenlet(self);
}

static void init_greenlet(struct greenlet *g, struct hub *hub, green_fn *fn, void *arg)
{
	g->hub = hub;
	g->wait.timer.place = 0;
	g->state = RUNNING;
	atomic_store_explicit(&g->cancel.killed, 0, memory_order_relaxed); /* no other thread has the handle yet */
	g->life.run = fn;
	g->life.value = arg;
	g->life.joiner = NULL;
	g->life.ended = 0;
	g->life.is_joined = false;
	g->cancel.cancelled = 0;
	g->cancel.is_exiting = false;
	g->shield.no_points = 0;
	g->prio.sliced = false;
	g->wait.in_turns = false;
	g->loading = 0;
	g->prio.urgency = 0;
	g->prio.policy = POLICY_OF_MAIN;
	g->prio.priority = 0;
	g->prio.niceness = NICENESS_OF_MAIN;
	g->wait.outcome = 0;
	g->wait.call = 0;
	g->wait.limit = FOR_EVER;
	g->timeouts = NULL;
	g->wait.overran = false;
	g->shield.depth = 0;
	g->life.exit_hooks = NULL;
	g->life.error = 0;
	g->life.has_begun = false;
	g->life.has_returned = false;
	g->life.is_released = false;
	arena_share(g->context.thread_pointer);
	*(struct greenlet **)tls_at(g->context.thread_pointer, &self, thread_pointer()) = g;
	fiber_make(&g->context.fiber, g->mem.low, (size_t)((char *)g->mem.high - (char *)g->mem.low));
	context_make(&g->context, g->mem.low, (size_t)((char *)g->mem.high - (char *)g->mem.low), begin);
}

static struct hub *ready_hub(void)
{
	struct hub *hub = self ? self->hub : hub_start();
	int error;

	if (!hub)
		return NULL;
	error = hub_refresh(hub);
	if (!error)
		error = timers_reserve(&hub->io.timers, hub->alive + 1);
	if (error) {
		errno = error;
		return NULL;
	}
	return hub;
}

/* A greenlet that is alive and yet to be made ready. */
static struct greenlet *make(const struct greenlet_attr *attr, green_fn *fn, void *arg)
{
	struct hub *hub;
	struct greenlet *g;

	if (!fn || hub_running) {
		errno = EINVAL;
		return NULL;
	}
	hub = ready_hub();
	g = hub ? take_greenlet(hub, attr) : NULL;
	if (!g)
		return NULL;
	init_greenlet(g, hub, fn, arg);
	g->life.detached = attr->detached;
	g->life.releases = attr->detached;
	g->ident.name[0] = '\0';
	g->ident.is_named = attr->name != NULL;
	if (attr->name)
		strncat(g->ident.name, attr->name, sizeof(g->ident.name) - 1);
	mask_enter(g, attr->has_mask ? attr->blocked & ~UNBLOCKABLE : self->sig.blocked);
	g->ident.number = ++hub->spawned;
	g->ident.parent = self->ident.number;
	g->wait.parked_at = hub->loop_now;
	if (++hub->alive > hub->peak)
		hub->peak = hub->alive;
	return g;
}

struct greenlet *spawn(const struct greenlet_attr *attr, green_fn *fn, void *arg)
{
	struct greenlet *g = make(attr, fn, arg);

	if (g)
		make_ready(g);
	return g;
}

/* What the function may use, and a page that it may have to share. An absurd size stays one. */
static size_t stack_size_of(const struct green_options *options)
{
	size_t size = options && options->stack_size ? options->stack_size : default_stack_size;

	if (size < SMALLEST_STACK)
		size = SMALLEST_STACK;
	return size < SIZE_MAX - stack_page() ? size + stack_page() : size;
}

static struct greenlet_attr attr_of(const struct green_options *options)
{
	return (struct greenlet_attr){
	    .name = options ? options->name : NULL,
	    .stack_size = stack_size_of(options),
	    .guard_size = USUAL_GUARD,
	};
}

green_t *green_spawn_with(const struct green_options *options, green_fn *fn, void *arg)
{
	const struct greenlet_attr attr = attr_of(options);

	return spawn(&attr, fn, arg);
}

green_t *green_spawn_later(double seconds, green_fn *fn, void *arg)
{
	const struct greenlet_attr attr = attr_of(NULL);
	struct greenlet *g;

	if (isnan(seconds)) {
		errno = EINVAL;
		return NULL;
	}
	g = make(&attr, fn, arg);
	if (!g)
		return NULL;
	if (seconds > 0)
		park_new(g, deadline_after(seconds));
	else
		make_ready(g);
	return g;
}

green_t *green_spawn(green_fn *fn, void *arg)
{
	return green_spawn_with(NULL, fn, arg);
}

green_t *green_self(void)
{
	return self;
}

const char *green_name(const green_t *g)
{
	return g ? g->ident.name : "";
}

size_t green_count(void)
{
	return self ? self->hub->alive : 0;
}

void green_yield(void)
{
	if (self)
		yield_now();
	else
		sys_sched_yield();
}

static int sleep_natively(double seconds)
{
	struct timespec t;

	t.tv_sec = seconds < 1e15 ? (time_t)seconds : (time_t)1e15;
	t.tv_nsec = seconds < 1e15 ? (long)((seconds - (double)t.tv_sec) * 1e9) : 0;
	return fail(-sys_nanosleep(&t));
}

int green_sleep(double seconds)
{
	struct wait_options until = {.on_signal = SIGNAL_ENDS};
	int error = 0;

	if (isnan(seconds))
		return fail(EINVAL);
	if (seconds <= 0) {
		green_yield();
		return 0;
	}
	if (!self)
		return sleep_natively(seconds);
	until.deadline = deadline_after(seconds);
	self->wait.call = 0;
	while (!error)
		error = park(&until);
	return error == ETIMEDOUT && is_over(&until) ? 0 : fail(error);
}
