/* Signals that greenlets are spawned for. */
#ifndef ON_SIGNAL_H
#define ON_SIGNAL_H

#include <signal.h>
#include <stdbool.h>

/* True of the action that is ours: it interrupts nobody. */
bool spawns_for(const struct sigaction *action);

#endif
