#include "handlers.h"
#include "arch.h"
#include "hub.h"

/* How far the stack is taken to reach below a handler where nothing is known of it. */
#define NEAR (8ul << 20)

__thread struct running_handlers handlers;
__thread volatile unsigned handlers_run;

static bool lies_on(const stack_t *stack, uintptr_t address)
{
	return !(stack->ss_flags & SS_DISABLE) && address - (uintptr_t)stack->ss_sp < stack->ss_size;
}

/* The kernel tells what alternate stack was in force. */
static uintptr_t low_end(uintptr_t here, const ucontext_t *interrupted)
{
	const struct greenlet *me = self;

	if (lies_on(&interrupted->uc_stack, here))
		return (uintptr_t)interrupted->uc_stack.ss_sp;
	if (me && here - (uintptr_t)me->mem.low < (uintptr_t)me->mem.high - (uintptr_t)me->mem.low)
		return (uintptr_t)me->mem.low;
	return here > NEAR ? here - NEAR : 0;
}

/* A frame that was left is overwritten as soon as others come to lie there. */
static bool is_around(const struct running_handler *handler, uintptr_t position)
{
	return position < (uintptr_t)handler->mark && position >= handler->low &&
	       handler->mark->self == (uintptr_t)handler->mark;
}

void handlers_forget(uintptr_t position)
{
	while (handlers.count && !is_around(&handlers.at[handlers.count - 1], position))
		handlers.count--;
}

void handlers_follow(const ucontext_t *context)
{
	uintptr_t position = context_sp(context);
	int count = handlers.count;

	if (count && lies_on(&context->uc_stack, position) &&
	    !lies_on(&context->uc_stack, (uintptr_t)handlers.at[count - 1].mark))
		handlers.count = 0;
	else
		handlers_forget(position);
}

int handler_begins(volatile struct handler_mark *mark, const ucontext_t *context)
{
	int before;

	mark->self = (uintptr_t)mark;
	mark->low = low_end((uintptr_t)mark, context);
	handlers_forget((uintptr_t)mark);
	mark->outer = innermost_handler();
	before = handlers.count;
	if (before == MOST_HANDLERS)
		return before;
	handlers.at[before] = (struct running_handler){mark, mark->low};
	handlers.count = before + 1;
	return before;
}

void handlers_return_to(const volatile struct handler_mark *innermost)
{
	const volatile struct handler_mark *mark;
	int count = 0;

	for (mark = innermost; mark && count < MOST_HANDLERS; mark = mark->outer)
		count++;
	handlers.count = count;
	for (mark = innermost; count > 0; mark = mark->outer)
		handlers.at[--count] = (struct running_handler){mark, mark->low};
}
