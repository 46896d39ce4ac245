#include "spare.h"
#include "hub.h"
#include "tls.h"
#include <errno.h>
#include <string.h>

/* So many are kept; those of unusual size are rarely the last, so a few are looked at. */
#define KEPT  1024
#define LOOKS 4

/*
 * Equal offsets would put what a switch touches of every greenlet into the same few cache sets; so the tops of the
 * stacks are spread. All of it, with the first frames of a parked greenlet, stays within two pages.
 */
#define COLOURS     40
#define COLOUR_STEP 64

#ifdef TORTURE
size_t default_stack_size = 40 * 1024;
#else
size_t default_stack_size = 256 * 1024;
#endif

/* From the top: the colour's gap, the greenlet, its TLS block, and the rest is for calls. */
static struct greenlet *lay_out(const struct stack *stack, void **tp, void **calls_end)
{
	char *top = stack->high - stack->id % COLOURS * COLOUR_STEP;
	struct greenlet *g = (struct greenlet *)(((uintptr_t)top - sizeof(*g)) & ~63ul);

	*tp = tls_place(g, calls_end);
	return g;
}

static size_t overhead(void)
{
	void *low;

	tls_place((void *)(1ul << 20), &low);
	return COLOURS * COLOUR_STEP + sizeof(struct greenlet) + 64 + ((1ul << 20) - (uintptr_t)low);
}

static struct greenlet *make_greenlet(size_t stack_size)
{
	struct stack stack;
	struct greenlet *g;
	void *tp, *end;
	int error = stack_size > 1ul << 40 ? EINVAL : stack_alloc(stack_size + overhead(), &stack);

	if (error) {
		errno = error;
		return NULL;
	}
	g = lay_out(&stack, &tp, &end);
	error = tls_make(tp, stack.id);
	if (error) {
		stack_free(&stack);
		errno = error;
		return NULL;
	}
	g->stack = stack;
	g->stack_low = stack.low;
	g->stack_high = end;
	g->context.thread_pointer = tp;
	return g;
}

static size_t size_for_calls(const struct greenlet *g)
{
	return (size_t)((char *)g->stack_high - (char *)g->stack_low);
}

/* Large enough, and not so large that a small one would have done. */
static bool fits(const struct greenlet *g, size_t size)
{
	return size_for_calls(g) >= size && size_for_calls(g) <= size + size / 2 + 16384;
}

static struct greenlet *find_spare(struct hub *hub, size_t size)
{
	struct greenlet **link = &hub->spare, *g;
	int looks;

	for (looks = 0; (g = *link) && looks < LOOKS; link = &g->next, looks++) {
		if (fits(g, size)) {
			*link = g->next;
			hub->spare_count--;
			return g;
		}
	}
	return NULL;
}

struct greenlet *take_greenlet(struct hub *hub, size_t stack_size)
{
	struct greenlet *g = find_spare(hub, stack_size);

	if (!g)
		return make_greenlet(stack_size);
	if (tls_renew(g->context.thread_pointer, g->stack.id) != 0) {
		struct stack stack = g->stack;

		stack_free(&stack);
		errno = ENOMEM;
		return NULL;
	}
	return g;
}

void give_greenlet(struct hub *hub, struct greenlet *g)
{
	g->next = hub->spare;
	hub->spare = g;
	hub->spare_count++;
}

void trim_spare(struct hub *hub)
{
	while (hub->spare_count > KEPT) {
		struct greenlet *g = hub->spare;
		struct stack stack = g->stack;

		hub->spare = g->next;
		hub->spare_count--;
		tls_release(g->context.thread_pointer);
		stack_free(&stack);
	}
}
