/*
 * Stacks: slots in large mappings that are touched lazily, each with guard pages at its low end. Memory is given
 * back to the kernel when a stack is freed; the address space is kept for the next.
 */
#ifndef STACK_H
#define STACK_H

#include "lock.h"
#include <stddef.h>
#include <stdint.h>

/* The guard's bytes: wider than most frames, and a whole page on every machine. */
#define STACK_GUARD (64 * 1024ul)

/* Eight million. */
#define MAX_STACKS (1u << 23)

struct slab;

extern struct lock stacks_lock;

struct stack {
	char *low, *high; /* the usable bytes; the guard pages lie below low */
	struct slab *slab;
	uint32_t id; /* unique among the stacks that are in use, below MAX_STACKS */
};

/* At least this many usable bytes, all zero. From any OS thread. Returns 0, or ENOMEM, EINVAL (absurd size). */
int stack_alloc(size_t size, struct stack *stack);

/* The stack with this id, if one ever had it. Returns 0 or ESRCH. From any OS thread; async-signal-safe. */
int stack_of_id(uint32_t id, struct stack *stack);

/* Calls f with each stack that there ever was. */
void stack_for_each(void (*f)(const struct stack *stack, void *arg), void *arg);

void stack_free(const struct stack *stack);

/*
 * How many stacks have no guard pages. Where the kernel lacks MADV_GUARD_INSTALL (before 6.13), guards take at most
 * half of the mappings that a process may have (vm.max_map_count). From any OS thread.
 */
uint64_t stacks_unguarded(void);

/*
 * Gives back the address space of mappings in which no stack is in use. From any OS thread. Costs a page fault more for
 * each stack that is allocated there again: for when memory is short.
 */
void stacks_unmap_unused(void);

/* True when the address lies in the guard pages. */
int stack_guards(const struct stack *stack, const void *address);

#endif
