/* Signals and parked greenlets: whose wait the handler of a signal ends, and the masks that some waits bring along. */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

struct greenlet;
struct hub;

/*
 * For the duration of a park: the OS thread blocks what it blocks itself and every greenlet that waits with a mask
 * blocks, so that each signal which some greenlet lets through can be delivered. A signal that is pending already
 * ends the park at once.
 */
void mask_for_park(struct greenlet *g, const sigset_t *mask) __attribute__((noinline));
void unmask_after_park(struct greenlet *g) __attribute__((noinline));

/*
 * Runs the handlers of the signals sent to the calling greenlet alone, here on its own stack. True when one of them
 * ends the wait that it has just come from.
 */
bool take_directed_signals(struct greenlet *me) __attribute__((noinline));

/* Wakes the greenlets that the signals noted by interrupt_parked() concern. On the hub's own OS thread. */
void deliver_interrupts(struct hub *hub);

#endif
