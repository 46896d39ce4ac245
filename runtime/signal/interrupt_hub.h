/* Signals: the hub's side. */
#ifndef RUNTIME_SIGNAL_INTERRUPT_HUB_H
#define RUNTIME_SIGNAL_INTERRUPT_HUB_H

struct greenlet;
struct hub;

/* Wakes the greenlets that there are signals for, as hub->is_signalled says. On the hub's own context. */
void deliver_signals(struct hub *hub);

#endif
