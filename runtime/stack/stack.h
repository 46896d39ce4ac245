/*
 * Stacks: slots in large mappings that are touched lazily, each with guard pages at its low end. Memory is given
 * back to the kernel when a stack is freed; the address space is kept for the next.
 */
#ifndef RUNTIME_STACK_STACK_H
#define RUNTIME_STACK_STACK_H

#include "runtime/sys/lock.h"
#include <stddef.h>
#include <stdint.h>

/* The guard's bytes: wider than most frames, and a whole page on every machine. */
#define STACK_GUARD (64 * 1024ul)

/* The machine's page, in which the usable bytes are counted. */
size_t stack_page(void);

/* As many bytes, or the next number of them that is whole pages. */
size_t whole_pages(size_t size);

/* Eight million. */
#define MAX_STACKS (1u << 23)

struct slab;

extern struct lock stacks_lock;

struct stack {
	char *low, *high; /* the usable bytes; all that the slot has below low is a guard */
	struct slab *slab;
	uint32_t id; /* unique among the stacks that are in use, below MAX_STACKS */
};

/* This many usable bytes, in whole pages, all zero. From any OS thread. Returns 0, or ENOMEM, EINVAL (absurd size). */
int stack_alloc(size_t size, struct stack *stack);

/*
 * Has the usable bytes begin here, at a whole page: what lies below is a guard. Leaves stack_room() bytes at most.
 * Where the kernel refuses, more stays usable. By the owner of the stack.
 */
void stack_set_low(struct stack *stack, char *low);

/* How many bytes can be usable. */
size_t stack_room(const struct stack *stack);

/*
 * All stacks are executable from now on, those in use as well. From any OS thread, and, where it has interrupted none
 * of these functions, from a signal handler. Returns 0, or what the kernel answers that forbids it.
 */
int stacks_make_executable(void);

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
