/* Where on its stack a greenlet has what. */
#ifndef RUNTIME_SCHED_STACK_LAYOUT_H
#define RUNTIME_SCHED_STACK_LAYOUT_H

#include <stddef.h>

struct greenlet;
struct stack;

/*
 * From the top of the stack: a gap, the TLS block, of which *tp becomes the thread pointer, the greenlet, which is
 * returned, and from *calls_end down the rest, for calls.
 */
struct greenlet *lay_out_stack(const struct stack *stack, void **tp, void **calls_end);

/* The greenlet on this stack, in whatever state; NULL: none. What was never used, or was freed, is all zero. */
struct greenlet *greenlet_on(const struct stack *stack);

/* Where the stack ends as the program sees it: what lies above is not among what it has asked for. */
char *end_of_calls(const struct stack *stack);

/* How many bytes lie above that, at most. */
size_t stack_overhead(void);

#endif
