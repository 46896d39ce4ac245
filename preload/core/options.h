/* The user's options from the environment. */
#ifndef PRELOAD_CORE_OPTIONS_H
#define PRELOAD_CORE_OPTIONS_H

#include "libc.h"
#include <stdbool.h>

/*
 * Reads all options, once: before the first thread or greenlet is made, by our constructor or by one that runs earlier.
 * Until then all calls are native anyway. libc itself must be initialised.
 */
void read_options(void);

/* True once that is done. */
extern bool options_are_read;

/* GREENLOAD_PATCH: true for a call whose family stays native. */
extern bool call_is_off[CALLS];

/* The same: true when libc is not to be patched in place. */
extern bool libc_is_off;

/* GREENLOAD_STACK; 0: not set. */
extern size_t stack_asked_for;

#endif
