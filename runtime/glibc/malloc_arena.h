/* libc's malloc: the caches and the arena that it keeps for each thread. */
#ifndef RUNTIME_GLIBC_MALLOC_ARENA_H
#define RUNTIME_GLIBC_MALLOC_ARENA_H

#include <stdbool.h>

/*
 * Learns where they are, by a first malloc in the block at tp, which no thread has run on: by libc's own, whatever
 * malloc the process uses, as that one might note the thread and would never hear of its end. Returns 0, ENOMEM, or
 * ENOTSUP where no word was found.
 */
int arena_learn(void *tp);

/*
 * Shares those of the calling OS thread with a block, so that the contexts that take turns on it use one cache, as they
 * use one processor.
 */
void arena_share(void *tp);

/*
 * What a block has of them, before all of libc's variables in it are overwritten, and back: a block that was not shared
 * with has none, and gets its own.
 */
enum { ARENA_CACHES = 4 };
void arena_keep(void *tp, void *kept[ARENA_CACHES]);
void arena_put_back(void *tp, void *const kept[ARENA_CACHES]);

/*
 * True for the lock of an arena. Its owner waits for nothing and never parks, so that it is waited for in the
 * kernel, and malloc remains a function that does not switch.
 */
bool arena_is_lock(const void *address);

#endif
