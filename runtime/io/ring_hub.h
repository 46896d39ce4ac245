/* The ring's interface to the hub. */
#ifndef RUNTIME_IO_RING_HUB_H
#define RUNTIME_IO_RING_HUB_H

struct hub;

/* Wakes the greenlets whose requests are done. On the hub's own context. */
void ring_take_done(struct hub *hub);

/* In the child of a fork: the ring and its requests belong to the parent. */
void ring_reset(struct hub *hub);

#endif
