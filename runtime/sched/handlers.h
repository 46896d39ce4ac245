/*
 * The program's signal handlers that run in the calling context. In a handler the queues may be in any state, so a
 * greenlet is woken through the remote queue, and no slice ends. A program leaves a handler in many ways, by a jump, an
 * exception, a switch to another context, and we do not see all of them. So we note where on the stack each handler was
 * called; a handler whose frame does not enclose the caller's has ended.
 */
#ifndef RUNTIME_SCHED_HANDLERS_H
#define RUNTIME_SCHED_HANDLERS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

#define MOST_HANDLERS 8

/* In the frame of a handler's caller. */
struct handler_mark {
	uintptr_t self; /* its own address while the frame lives */
	uintptr_t low;  /* what its stack does not reach below */
	const volatile struct handler_mark *outer;
};

struct running_handler {
	const volatile struct handler_mark *mark;
	uintptr_t low;
};

struct running_handlers {
	volatile sig_atomic_t count;
	struct running_handler at[MOST_HANDLERS]; /* the innermost last; if they are more, those are not known */
};

/*
 * How many have been called in the calling context, ours among them: each tells, but for that of SIGCONT. A system call
 * that fails with EINTR though none was called was ended by a stop of the process.
 */
extern __thread volatile unsigned handlers_run __attribute__((tls_model("initial-exec"), visibility("hidden")));

static inline void note_handler(int signo)
{
	handlers_run += signo != SIGCONT;
}

extern __thread struct running_handlers handlers __attribute__((tls_model("initial-exec"), visibility("hidden")));

/*
 * A handler is about to be called: sets the mark, which lies in the frame of its caller, and notes it. The context is
 * what it has interrupted. Returns how many there were, which is to be handed to handler_ends().
 */
int handler_begins(volatile struct handler_mark *mark, const ucontext_t *context);

static inline void handler_ends(int before)
{
	handlers.count = before;
}

/* Forgets those that are not around this stack position; 0: all. */
void handlers_forget(uintptr_t position);

/* The same before a switch to a context, which may have a stack of its own. */
void handlers_follow(const ucontext_t *context);

/* The innermost; NULL: there is none. */
static inline const volatile struct handler_mark *innermost_handler(void)
{
	return handlers.count ? handlers.at[handlers.count - 1].mark : NULL;
}

/*
 * After the switch to a context in which that was the innermost: they are the same again. The context is one that may
 * go on, so the frames of its handlers live.
 */
void handlers_return_to(const volatile struct handler_mark *innermost);

/* True in the midst of one. */
static inline bool is_in_handler(void)
{
	if (__builtin_expect(handlers.count == 0, 1))
		return false;
	handlers_forget((uintptr_t)__builtin_frame_address(0));
	return handlers.count;
}

#endif
