/* The poller's interface to the hub. */
#ifndef RUNTIME_IO_POLLER_HUB_H
#define RUNTIME_IO_POLLER_HUB_H

struct ev_loop;
struct hub;
struct waiter;

/* Ends the waits on the descriptors that other OS threads have closed. */
void poller_take_notices(struct hub *hub);

/* Moves the watchers of the hub's loop to this loop. Must not be called from inside either loop. */
void poller_move(struct hub *hub, struct ev_loop *loop);

/* In the child of a fork: no other greenlet waits any more, and the watchers belong to a loop that is gone. */
void poller_reset(struct hub *hub);

/* Gives up the duplicate to which the waiter was moved, if it was moved: see poller_closing(). */
void poller_leave_file(struct waiter *waiter);

#endif
