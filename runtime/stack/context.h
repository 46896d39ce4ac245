/*
 * Contexts: where a flow of control stopped. Made and described by makecontext(3), switched by a few instructions of
 * our own that make no system call, as the signal mask stays with the OS thread. The thread pointer goes with it, so
 * that each context has its own thread-local storage.
 */
#ifndef RUNTIME_STACK_CONTEXT_H
#define RUNTIME_STACK_CONTEXT_H

#include "arch.h"
#include "runtime/sys/fiber.h"
#include <stdbool.h>
#include <stddef.h>

struct context {
	void *saved;          /* the registers, on the context's own stack; valid while it does not run */
	void *thread_pointer; /* of its TLS block */
	struct fiber fiber;
};

/*
 * Describes a context that will call entry, which must not return, on the stack [low, low + size). The thread pointer
 * is the caller's to set, and the fiber, with which entry begins.
 */
void context_make(struct context *c, void *low, size_t size, void (*entry)(void));

/* Stores the registers at *saved and takes those stored at to. */
void context_swap(void **saved, void *to);

/* The frame pointer of one that does not run, where our own call of context_swap() was; 0 where it is not known. */
uintptr_t context_frame(const struct context *c);

/*
 * The same as context_swap() from the caller of a generator to the generator, and the way back: the one returns with
 * the result that is given to the other. Rounding modes and thread-local storage stay as they are, as with a call. What
 * one of the two has stored only the other can take.
 */
int context_enter(void **saved, void *to, int result);
int context_leave(void **saved, void *to, int result);

/* True where what the two store is as programs know it, see greenload/yield_x86_64.h. */
extern const bool context_is_public __attribute__((visibility("hidden")));

/* Where context_enter() can go to begin what context_make() has described. */
void *context_to_enter(const struct context *made);

/*
 * Calls visit(arg) on the stack of one that does not run, and that context_swap() has stored, as if it had been called
 * from there: for reports of where it is. False, and not called, where this machine has no means to.
 */
bool context_visit(const struct context *c, void (*visit)(void *arg), void *arg);

/* Stops the running context, which is from, and goes on with to. Returns when another context switches back. */
static inline void context_switch(struct context *from, struct context *to)
{
	fiber_leave(&from->fiber, &to->fiber);
	fiber_lend(to->thread_pointer);
	set_thread_pointer(to->thread_pointer);
	fiber_enter(&from->fiber, &to->fiber);
	context_swap(&from->saved, to->saved);
	fiber_arrive(&from->fiber);
}

#endif
