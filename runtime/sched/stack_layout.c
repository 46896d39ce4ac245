#include "stack_layout.h"
#include "hub.h"
#include "runtime/glibc/tls.h"

/*
 * What a switch touches are the last frames of the greenlet, itself, its variables, and the first words at its thread
 * pointer: all in one page. Libc's descriptor begins with these words and fills a page of its own with the rest, which
 * is hardly looked at. Equal offsets would put what a switch touches of every greenlet into the same few cache sets; so
 * they are spread within the page.
 */
#define PAGE        4096
#define HOT_WORDS   128
#define COLOURS     9 /* with more, what a parked greenlet has touched does not fit into two pages at some offsets */
#define COLOUR_STEP 64

/* What lies at the thread pointer and above it. */
static size_t tls_above(void)
{
	const uintptr_t somewhere = 1ul << 20;
	void *low;

	return somewhere - (uintptr_t)tls_place((void *)somewhere, &low);
}

/* How far below the top of its stack a TLS block ends. */
static size_t gap(uint32_t id)
{
	size_t cold = tls_above() - HOT_WORDS;

	return (PAGE - cold % PAGE) % PAGE + id % COLOURS * COLOUR_STEP;
}

struct greenlet *lay_out_stack(const struct stack *stack, void **tp, void **calls_end)
{
	void *low;
	struct greenlet *g;

	*tp = tls_place(stack->high - gap(stack->id), &low);
	g = (struct greenlet *)(((uintptr_t)low - sizeof(*g)) & ~63ul);
	*calls_end = g;
	return g;
}

/* A hub's stack is laid out otherwise. */
struct greenlet *greenlet_on(const struct stack *stack)
{
	void *tp, *end;
	struct greenlet *g = lay_out_stack(stack, &tp, &end);

	return g->mem.stack.high == stack->high && g->context.thread_pointer == tp ? g : NULL;
}

char *end_of_calls(const struct stack *stack)
{
	void *tp, *calls_end;

	lay_out_stack(stack, &tp, &calls_end);
	return (char *)whole_pages((uintptr_t)calls_end);
}

size_t stack_overhead(void)
{
	struct stack stack = {.high = (char *)(1ul << 40)};
	size_t most = 0;

	for (stack.id = 0; stack.id < COLOURS; stack.id++) {
		size_t above = (size_t)(stack.high - end_of_calls(&stack));

		if (above > most)
			most = above;
	}
	return most;
}
