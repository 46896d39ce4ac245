/* The libraries that ld.so would load with a program. */
#ifndef PRELOAD_LAUNCHER_NEEDED_H
#define PRELOAD_LAUNCHER_NEEDED_H

#include "object.h"

/*
 * Appends to the list that begins with the program the libraries that it and they need, each once, in the order in
 * which ld.so loads them; one that is not found stays without bytes. They are looked for as in ld.so(8), but nothing is
 * run. What the program loads later by dlopen(3) cannot be known.
 */
void find_needed(struct object *program);

#endif
