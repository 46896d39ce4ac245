/* The poller's side towards the hub. */
#ifndef POLLER_HUB_H
#define POLLER_HUB_H

struct hub;

/* Ends the waits on the descriptors that other OS threads have closed. */
void poller_take_notices(struct hub *hub);

/* In the child of a fork: nobody waits any more, and the watchers belong to a loop that is gone. */
void poller_reset(struct hub *hub);

#endif
