/*
 * libc patched in place. Calls that libc makes itself, in stdio, the resolver, system, popen and many more, do not go
 * through the symbols that a preloaded library can define, but they reach the same functions. So the entries of those
 * functions are overwritten with a jump to the hooks, which then make the system call themselves.
 */
#ifndef PRELOAD_PATCH_PATCH_H
#define PRELOAD_PATCH_PATCH_H

#include <stdbool.h>

/*
 * The functions that the manifest lists are patched: it was possible, and a self-test has shown that the calls arrive.
 */
extern bool libc_is_patched;

#endif
