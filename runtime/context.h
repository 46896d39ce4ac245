/*
 * Contexts: where a flow of control stopped. Made and described by makecontext(3), switched by a few instructions of
 * our own that make no system call, as the signal mask stays with the OS thread. The thread pointer goes with it, so
 * that each context has its own thread-local storage.
 */
#ifndef CONTEXT_H
#define CONTEXT_H

#include "arch.h"
#include <stdbool.h>
#include <stddef.h>

struct context {
	void *saved;          /* the registers, on the context's own stack; valid while it does not run */
	void *thread_pointer; /* of its TLS block */
};

/*
 * Describes a context that will call entry, which must not return, on the stack [low, low + size). The thread pointer
 * is the caller's to set.
 */
void context_make(struct context *c, void *low, size_t size, void (*entry)(void));

/* Stores the registers at *saved and takes those stored at to. */
void context_swap(void **saved, void *to);

/*
 * Of one that does not run: its frame pointer, from which compilers have frames chained, the next above at it and the
 * return address behind that. NULL where it is not known.
 */
void *const *context_frames(const struct context *c);

/*
 * The same as context_swap() between a generator and whoever has asked it: there context_hand() returns the result.
 * Rounding modes and thread-local storage stay as they are, as with a call. What one of the two has stored only the
 * same can take, but that context_hand() also takes what context_make() has described.
 */
int context_hand(void **saved, void *to, int result);

/*
 * Calls visit(arg) on the stack of one that does not run, and that context_swap() has stored, as if it had been called
 * from there: for who wants to see how it came there. False, and not called, where this machine has no means to.
 */
bool context_visit(const struct context *c, void (*visit)(void *arg), void *arg);

/* For a hook of swapcontext: true when it is context_swap() that has called it. Asked once. */
bool context_is_swapping(void);

/* Stops the running context, which is from, and goes on with to. Returns when somebody switches back. */
static inline void context_switch(struct context *from, const struct context *to)
{
	set_thread_pointer(to->thread_pointer);
	context_swap(&from->saved, to->saved);
}

#endif
