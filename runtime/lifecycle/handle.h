/* The handles that the program gives us. */
#ifndef RUNTIME_LIFECYCLE_HANDLE_H
#define RUNTIME_LIFECYCLE_HANDLE_H

#include "runtime/sched/hub.h"
#include <stdio.h>
#include <stdlib.h>

/* In a debug build, ends the process where the handle was released before. */
static inline void check_handle(const struct greenlet *g)
{
#ifdef DEBUG
	if (g && g->life.is_released) {
		fprintf(stderr, "greenload: a handle is used that was released\n");
		abort();
	}
#else
	(void)g;
#endif
}

/* True for one that the calling greenlet may wait for and link to. */
static inline bool is_usable(const struct greenlet *g)
{
	check_handle(g);
	return g && self && g->hub == self->hub && !g->is_main;
}

#endif
