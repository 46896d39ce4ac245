/* Signals for which greenlets are spawned. */
#ifndef ON_SIGNAL_H
#define ON_SIGNAL_H

#include <signal.h>
#include <stdbool.h>

/* True for our own action: it interrupts no call. */
bool spawns_for(const struct sigaction *action);

#endif
