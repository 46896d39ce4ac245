/*
 * libc patched in place. Calls that libc makes itself, in stdio, the resolver, system, popen and many more, do not come
 * by way of the symbols that a preloaded library can answer; but they go to the same functions. So the entries of those
 * functions are overwritten with a jump to the hooks, whose way down is then the system call itself.
 */
#ifndef PRELOAD_PATCH_PATCH_H
#define PRELOAD_PATCH_PATCH_H

#include <stdbool.h>

/* What the manifest says is patched: it was possible, and a self-test has shown that the calls arrive. */
extern bool libc_is_patched;

#endif
