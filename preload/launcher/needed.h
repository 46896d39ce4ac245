/* The libraries that ld.so would load with a program. */
#ifndef PRELOAD_LAUNCHER_NEEDED_H
#define PRELOAD_LAUNCHER_NEEDED_H

#include "object.h"

/*
 * Appends the libraries that the program and its libraries need to the list that begins with the program, each once, in
 * the order in which ld.so loads them; a library that is not found has no bytes. The search is that of ld.so(8), but
 * nothing is run. The libraries that the program loads later by dlopen(3) cannot be known.
 */
void find_needed(struct object *program);

#endif
