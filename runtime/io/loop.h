/*
 * The hub's event loop: libev for descriptors, a timerfd for time, an eventfd for wake-ups from other threads. All of
 * it runs on the hub's own context.
 */
#ifndef RUNTIME_IO_LOOP_H
#define RUNTIME_IO_LOOP_H

struct hub;

/* Makes the loop. In the child of a fork it replaces the parent's. Returns 0 or an errno value. */
int open_loop(struct hub *hub);

/*
 * Wakes the greenlets whose deadline has passed or whose descriptor is ready. Blocks for that only if no greenlet is
 * ready to run.
 */
void poll_loop(struct hub *hub);

/* The kernel has refused the loop's epoll. A loop without epoll replaces it after the current round. */
void loop_lost_epoll(struct hub *hub);

/* Called, unless NULL, each time before the hub polls its loop. */
extern void (*before_poll)(struct hub *hub);

#endif
