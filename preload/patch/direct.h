/*
 * System calls for the functions that are patched in place: their entries in libc lead to the hooks, so the hooks make
 * the system call themselves. Like libc's own, these are cancellation points of native threads.
 */
#ifndef PRELOAD_PATCH_DIRECT_H
#define PRELOAD_PATCH_DIRECT_H

#include "preload/core/libc.h"

/* Each behaves as the function that it replaces, except for what only the hook does. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#define PATCHED(name, hook) __typeof__(name) down_##name;
#include "preload/calls.def"
#pragma GCC diagnostic pop

/* close() without a cancellation point, as libc's own calls need it. */
int down_close_quietly(int fd);

#endif
