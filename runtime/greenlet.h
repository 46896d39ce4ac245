/* The greenlet, as the hooks see it. */
#ifndef GREENLET_H
#define GREENLET_H

#include "greenload.h"
#include "hub.h"
#include "spare.h"
/* As green_spawn_with(), which knows less. */
struct greenlet *spawn(const struct wish *wish, green_fn *fn, void *arg);

#endif
