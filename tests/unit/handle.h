/* Handlers of signals as the hooks install them. */
#ifndef HANDLE_H
#define HANDLE_H

#include "runtime/signal/dispatch.h"
#include "suite.h"
#include <signal.h>

/* How often they were called by whoever was to take the signal. */
static volatile sig_atomic_t handled __attribute__((unused));

static inline void take_or_leave(int signo, siginfo_t *info, void *context, int flags)
{
	struct sigaction action = {.sa_flags = flags};
	struct handling handling;

	if (!begin_handling(&handling, signo, info, context, &action))
		return;
	handled++;
	end_handling(&handling, context);
}

static inline void on_restarting(int signo, siginfo_t *info, void *context)
{
	take_or_leave(signo, info, context, SA_RESTART);
}

static inline void on_ending(int signo, siginfo_t *info, void *context)
{
	take_or_leave(signo, info, context, 0);
}

static inline void handle(int signo, void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction action = {
	    .sa_sigaction = handler, .sa_flags = SA_SIGINFO | (handler == on_restarting ? SA_RESTART : 0)};

	ck_assert_int_eq(sigaction(signo, &action, NULL), 0);
}

#endif
