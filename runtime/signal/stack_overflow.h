/* What a greenlet that has used up its stack leaves behind: one line that names it, before the SIGSEGV. */
#ifndef RUNTIME_SIGNAL_STACK_OVERFLOW_H
#define RUNTIME_SIGNAL_STACK_OVERFLOW_H

#include <signal.h>
#include <stdbool.h>

/*
 * Sets a handler for SIGSEGV, which runs on the alternate stack, unless the program has one. Anything that is not an
 * overflow of ours goes on to the default action.
 */
void overflow_prepare(void);

/* True for the handler that overflow_prepare() sets: to the program it is the default action. */
bool overflow_handles(const struct sigaction *action);

#endif
