/* Ended greenlets, kept with their stacks and TLS blocks for the next spawns. */
#ifndef SPARE_H
#define SPARE_H

#include <stddef.h>

struct greenlet;
struct hub;

/* How many bytes a function gets when nobody says otherwise. Set before the first spawn. */
extern size_t default_stack_size;

/*
 * A greenlet with this much stack for its function, used before or new, its context and fields yet to be set. Returns
 * NULL with errno ENOMEM, EINVAL.
 */
struct greenlet *take_greenlet(struct hub *hub, size_t stack_size);

/* Hands back one that has ended. It may be the one that is running: nothing is released before the hub's next turn. */
void give_greenlet(struct hub *hub, struct greenlet *g);

/* Releases what is too much. On the hub's own context. */
void trim_spare(struct hub *hub);

#endif
