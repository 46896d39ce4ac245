/* The ring's side towards the hub. */
#ifndef RUNTIME_IO_RING_HUB_H
#define RUNTIME_IO_RING_HUB_H

struct hub;

/* Wakes whose requests are done. On the hub's own context. */
void ring_take_done(struct hub *hub);

/* In the child of a fork: the ring is the parent's, and so are the requests. */
void ring_reset(struct hub *hub);

#endif
