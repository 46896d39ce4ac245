/*
 * The signals that wait for a greenlet: their handlers run where it stops waiting, and where it is next to run. The
 * kernel delivers each once more, to the OS thread on which the greenlet runs.
 */
#ifndef RUNTIME_SCHED_TAKE_SIGNALS_H
#define RUNTIME_SCHED_TAKE_SIGNALS_H

#include "hub.h"
#include <ucontext.h>

/* True when signals wait for the calling greenlet that it does not block. */
static inline bool has_signals(const struct greenlet *me)
{
	return __builtin_expect(
	    atomic_load_explicit(&me->sig.pending.signals, memory_order_relaxed) & ~me->sig.blocked, 0);
}

/* Has the kernel deliver them, so that their handlers run, here on its own stack. */
void take_signals(struct greenlet *me) __attribute__((noinline));

/*
 * The same for one that has come for the process and that the hub has not assigned yet. For a call by the main greenlet
 * that natively cannot return before the handler has run.
 */
void take_arrived_signal(struct greenlet *me, int signo);

/* The same for what has come while defer_signals() was in force; see defer.h. */
void take_deferred_signals(void) __attribute__((noinline));

/* True when another greenlet waits for the signal by sigwait, which it would be taken from. */
bool is_awaited(const struct greenlet *me, int signo);

/* True when the handlers that have run since its wait began end it, being of this enum on_signal; asked once. */
bool handlers_end_wait(struct greenlet *g, unsigned on_signal);

/* Has the kernel put what all block in force when the handler returns that has interrupted this context. */
void settle_mask(struct hub *hub, ucontext_t *context);

/*
 * The kernel puts back the mask and the alternate stack as they were when a handler began; where it has parked, they
 * are to be as they are now when it returns.
 */
void return_as_now(struct hub *hub, ucontext_t *context);

#endif
