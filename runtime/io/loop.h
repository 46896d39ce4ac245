/* The hub's event loop: libev for descriptors, a timerfd for time, an eventfd for knocks. On the hub's own context. */
#ifndef RUNTIME_IO_LOOP_H
#define RUNTIME_IO_LOOP_H

struct hub;

/* Makes the loop, in the child of a fork in place of the parent's. Returns 0 or an errno value. */
int open_loop(struct hub *hub);

/* Wakes whose time or descriptor has come. Waits for that only if nobody is ready. */
void poll_loop(struct hub *hub);

/* The kernel has refused the loop's epoll: a loop without takes its place, after this round of it. */
void loop_lost_epoll(struct hub *hub);

/* Called, unless NULL, each time before the hub looks at its loop. */
extern void (*before_poll)(struct hub *hub);

#endif
