/* What the user has asked for in the environment. */
#ifndef PRELOAD_CORE_OPTIONS_H
#define PRELOAD_CORE_OPTIONS_H

#include "libc.h"
#include <stdbool.h>

/*
 * Reads all of it, once: before the first thread or greenlet is made, be it by a constructor that runs before ours;
 * else by that. Until then all calls are native anyway. libc itself must be ready.
 */
void read_options(void);

/* It has been done. */
extern bool options_are_read;

/* GREENLOAD_PATCH: true for a call whose family is to stay native. */
extern bool call_is_off[CALLS];

/* The same: true when libc is not to be patched in place. */
extern bool libc_is_off;

/* GREENLOAD_STACK; 0: nobody has said. */
extern size_t stack_asked_for;

#endif
