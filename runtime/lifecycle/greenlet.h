/* The greenlet, as the hooks see it. */
#ifndef RUNTIME_LIFECYCLE_GREENLET_H
#define RUNTIME_LIFECYCLE_GREENLET_H

#include "greenlet_pool.h"
#include "runtime/greenload.h"
#include "runtime/sched/hub.h"
/* As green_spawn_with(), which knows less. */
struct greenlet *spawn(const struct greenlet_attr *attr, green_fn *fn, void *arg);

#endif
