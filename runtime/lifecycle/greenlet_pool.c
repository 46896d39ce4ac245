#include "greenlet_pool.h"
#include "runtime/glibc/tls.h"
#include "runtime/sched/dlopen_tls.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/stack_layout.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/auxv.h>

/* For calls, where the program gives the stack and ours holds the rest only. */
#define LEAST 4096ul

/* So many are kept; those of unusual size are rarely the last, so a few are looked at. */
#define KEPT  1024
#define LOOKS 4

/* As with the system's threads, an id is not given anew soon: the next greenlet on a stack has another, so many times.
 */
#define USES 31u

#ifdef TORTURE
size_t default_stack_size = 40 * 1024;
#else
size_t default_stack_size = 256 * 1024;
#endif

/* Where calls begin when they run on a stack of ours. */
static void use_own_stack(struct greenlet *g)
{
	void *tp;

	lay_out_stack(&g->mem.stack, &tp, &g->mem.high);
	g->mem.low = g->mem.stack.low;
	g->mem.is_given = false;
}

static struct greenlet *make_greenlet(size_t stack_size)
{
	struct stack stack;
	struct greenlet *g;
	void *tp, *end;
	int error = stacks_follow_modules();

	if (!error)
		error = stack_size > 1ul << 40 ? EINVAL : stack_alloc(stack_size + stack_overhead(), &stack);

	if (error) {
		errno = error;
		return NULL;
	}
	g = lay_out_stack(&stack, &tp, &end);
	error = tls_make(tp, stack.id);
	if (error) {
		stack_free(&stack);
		errno = error;
		return NULL;
	}
	g->mem.stack = stack;
	g->ident.id = stack.id;
	g->context.thread_pointer = tp;
	use_own_stack(g);
	return g;
}

/* How large a stack it can have. */
static size_t room_for_calls(const struct greenlet *g)
{
	return stack_room(&g->mem.stack) - (size_t)(g->mem.stack.high - end_of_calls(&g->mem.stack));
}

/* Large enough, and not so large that a small one would have done. */
static bool fits(const struct greenlet *g, size_t size)
{
	size_t room = room_for_calls(g);

	return room >= size && room <= size + size / 2 + 16384;
}

static struct greenlet *find_in_pool(struct hub *hub, size_t size)
{
	struct greenlet **link = &hub->pool, *g;
	int looks;

	for (looks = 0; (g = *link) && looks < LOOKS; link = &g->next, looks++) {
		if (fits(g, size)) {
			*link = g->next;
			hub->pool_count--;
			return g;
		}
	}
	return NULL;
}

static struct greenlet *take_with_stack(struct hub *hub, size_t stack_size)
{
	struct greenlet *g = find_in_pool(hub, stack_size);

	if (!g)
		return make_greenlet(stack_size);
	g->ident.id = (g->ident.id + MAX_STACKS) % (MAX_STACKS * USES);
	if (tls_renew(g->context.thread_pointer, g->ident.id) != 0) {
		struct stack stack = g->mem.stack;

		fiber_free(&g->context.fiber);
		stack_free(&stack);
		errno = ENOMEM;
		return NULL;
	}
	return g;
}

/* What is asked for beyond the guard pages that every stack has, in whole pages. */
static size_t wide_guard(const struct greenlet_attr *attr)
{
	return attr->stack || attr->guard_size <= STACK_GUARD ? 0 : whole_pages(attr->guard_size - STACK_GUARD);
}

/* The guard lies right below the bytes that were asked for: a function that runs out of them must fault there. */
static void set_stack(struct greenlet *g, const struct greenlet_attr *attr)
{
	g->mem.size = attr->stack ? attr->stack_size : whole_pages(attr->stack_size);
	g->mem.guard_size = attr->guard_size;
	if (attr->stack) {
		g->mem.low = attr->stack;
		g->mem.high = (char *)attr->stack + attr->stack_size;
		g->mem.is_given = true;
	} else {
		stack_set_low(&g->mem.stack, end_of_calls(&g->mem.stack) - g->mem.size);
		g->mem.low = g->mem.stack.low;
	}
}

struct greenlet *take_greenlet(struct hub *hub, const struct greenlet_attr *attr)
{
	const size_t most = 1ul << 40;
	struct greenlet *g;

	tls_release_left();
	if (attr->stack_size > most || attr->guard_size > most) {
		errno = EINVAL;
		return NULL;
	}
	g = take_with_stack(hub, attr->stack ? LEAST : whole_pages(attr->stack_size) + wide_guard(attr));
	if (g)
		set_stack(g, attr);
	return g;
}

void give_greenlet(struct hub *hub, struct greenlet *g)
{
	if (g->mem.is_given)
		use_own_stack(g);
	g->life.is_released = true;
#ifndef DEBUG /* there it is kept as it is, so that a later use of the handle is noticed */
	g->next = hub->pool;
	hub->pool = g;
	hub->pool_count++;
#else
	(void)hub;
#endif
}

void return_greenlet(struct greenlet *g)
{
	struct hub *hub = g->hub;
	struct greenlet *first = atomic_load(&hub->returned);

	do
		g->next = first;
	while (!atomic_compare_exchange_weak(&hub->returned, &first, g));
}

static void take_returned(struct hub *hub)
{
	struct greenlet *g, *next;

	if (!atomic_load_explicit(&hub->returned, memory_order_relaxed))
		return;
	for (g = atomic_exchange(&hub->returned, NULL); g; g = next) {
		next = g->next;
		give_greenlet(hub, g);
	}
}

static void release_first(struct hub *hub)
{
	struct greenlet *g = hub->pool;
	struct stack stack = g->mem.stack;

	hub->pool = g->next;
	hub->pool_count--;
	tls_leave(g->context.thread_pointer);
	fiber_free(&g->context.fiber);
	stack_free(&stack);
}

void trim_pool(struct hub *hub)
{
	take_returned(hub);
	while (hub->pool_count > KEPT)
		release_first(hub);
}

bool release_pool(struct hub *hub)
{
	take_returned(hub);
	if (!hub->pool)
		return false;
	while (hub->pool)
		release_first(hub);
	stacks_unmap_unused();
	return true;
}

bool pool_has_any(struct hub *hub)
{
	take_returned(hub);
	return hub->pool;
}
