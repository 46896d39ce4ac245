/*
 * Sections of ours that no signal handler may find half done, for it might jump away: a signal that comes meanwhile is
 * taken at the end. They may be nested, and do not park.
 */
#ifndef RUNTIME_SYS_DEFER_H
#define RUNTIME_SYS_DEFER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

struct deferred_signals {
	volatile sig_atomic_t depth;    /* how many of them the calling context is inside of */
	void (*volatile deliver)(void); /* signals have come: has their handlers run; NULL: none has */
};

extern __thread struct deferred_signals deferred __attribute__((tls_model("initial-exec"), visibility("hidden")));

static inline void defer_signals(void)
{
	deferred.depth = deferred.depth + 1;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static inline void resume_signals(void)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	deferred.depth = deferred.depth - 1;
	if (__builtin_expect(deferred.deliver != NULL, 0) && !deferred.depth)
		deferred.deliver();
}

#endif
