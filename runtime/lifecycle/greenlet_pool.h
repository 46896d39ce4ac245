/* Ended greenlets, kept with their stacks and TLS blocks for the next spawns. */
#ifndef RUNTIME_LIFECYCLE_GREENLET_POOL_H
#define RUNTIME_LIFECYCLE_GREENLET_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct greenlet;
struct hub;
struct stack;

/* The size of a stack, in bytes, that a spawn does not name. Set before the first spawn. */
extern size_t default_stack_size;

/* What a thread may be asked to be. */
struct greenlet_attr {
	const char *name;  /* may be NULL */
	size_t stack_size; /* up to a page of it is not for the function */
	void *stack;       /* the lowest byte of the program's own of this size, to run on; NULL: ours */
	size_t guard_size;
	bool detached;
	bool has_mask;    /* else the creator's signal mask is inherited */
	uint64_t blocked; /* the signals that it is to block, if has_mask */
};

/*
 * A greenlet with the stack that is wished for, used before or new, its context and other fields yet to be set. Returns
 * NULL with errno ENOMEM, EINVAL, or the kernel's where it forbids executable stacks.
 */
struct greenlet *take_greenlet(struct hub *hub, const struct greenlet_attr *attr);

/* Hands back one that has ended. It may be the one that is running: nothing is released before the hub's next turn. */
void give_greenlet(struct hub *hub, struct greenlet *g);

/* The same from any OS thread. */
void return_greenlet(struct greenlet *g);

/* Takes what was returned, and releases what is too much. On the hub's own context. */
void trim_pool(struct hub *hub);

/*
 * Gives the memory and address space of all of them back. Called by a greenlet of the hub, which may wait for the lock
 * of an allocator. False if there were none.
 */
bool release_pool(struct hub *hub);

/* Whether there are any. Called by a greenlet of the hub. */
bool pool_has_any(struct hub *hub);

#endif
