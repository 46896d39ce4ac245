/* The poller's side towards the hub. */
#ifndef RUNTIME_IO_POLLER_HUB_H
#define RUNTIME_IO_POLLER_HUB_H

struct ev_loop;
struct hub;
struct waiter;

/* Ends the waits on the descriptors that other OS threads have closed. */
void poller_take_notices(struct hub *hub);

/* Has what the hub's loop watches watched by this one instead. Not inside either. */
void poller_move(struct hub *hub, struct ev_loop *loop);

/* In the child of a fork: nobody waits any more, and the watchers belong to a loop that is gone. */
void poller_reset(struct hub *hub);

/* Gives up the duplicate that the waiter was moved to, if it was: see poller_closing(). */
void poller_leave_file(struct waiter *waiter);

#endif
