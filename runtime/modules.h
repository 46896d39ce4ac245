/*
 * Thread-local variables of libraries that are loaded while greenlets live. The dynamic linker sets those that lie in
 * static TLS in the threads it knows of, once for all, and leaves the others to be set on their first use.
 */
#ifndef MODULES_H
#define MODULES_H

#include <stddef.h>

struct hub;

/* A number that grows with each library that has thread-local variables. */
size_t newest_module(void);

/*
 * Sets the variables in static TLS of the modules that came after that, in all greenlets of the hub but the main one,
 * whose thread the linker knows.
 */
void give_modules_since(struct hub *hub, size_t newest);

#endif
