/* Code that waits for its threads by system calls of its own, as OpenMP's library does: no hook sees these waits. */
#ifndef PRELOAD_PATCH_FUTEX_USERS_H
#define PRELOAD_PATCH_FUTEX_USERS_H

#include <stdbool.h>

/*
 * True where the program or library that this address of code lies in makes futex calls by itself. Threads of such code
 * must be the system's: a greenlet that waited so would keep from running whom it waits for. The answer is kept, as the
 * code is read for it.
 */
bool waits_by_itself(const void *address);

/* A library has gone: what another may have its place. */
void forget_raw_futex_users(void);

#endif
