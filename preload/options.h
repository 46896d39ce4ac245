/* What the user has asked for in the environment. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "libc.h"
#include <stdbool.h>

/* GREENLOAD_PATCH: true for a call whose family is to stay native. */
extern bool call_is_off[CALLS];

/* The same: true when libc is not to be patched in place. */
extern bool libc_is_off;

/* GREENLOAD_STACK; 0: nobody has said. */
extern size_t stack_asked_for;

#endif
