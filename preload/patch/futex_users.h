/*
 * Raw futex users: code that waits for its threads by system calls of its own, as OpenMP's library does. No hook sees
 * these waits.
 */
#ifndef PRELOAD_PATCH_FUTEX_USERS_H
#define PRELOAD_PATCH_FUTEX_USERS_H

#include <stdbool.h>

/*
 * True if the program or library that contains this code address makes futex calls by itself. Threads of such code must
 * be OS threads: a greenlet that waited in this way would keep the greenlet that it waits for from running. The result
 * is cached, as it is found by scanning the code.
 */
bool waits_by_itself(const void *address);

/* A library has been unloaded: another one may be loaded in its place. */
void forget_raw_futex_users(void);

#endif
