/* Hooks for what only libc itself calls. They are reached by patching alone. */
#ifndef PRELOAD_PATCH_LIBC_INTERNAL_H
#define PRELOAD_PATCH_LIBC_INTERNAL_H

#include <stdbool.h>

/*
 * Waiting for a lock of libc's own (that of a stream, of malloc, of the list of streams, …), and waking who waits. The
 * word is as in runtime/sys/lock.h: 2 says that somebody waits.
 */
void wait_for_libc_lock(int *word);
void wake_for_libc_lock(int *word);

/*
 * close and dup2 as libc calls them. The child of its posix_spawn does that in our memory, before it is another
 * program: our books are not of its descriptors.
 */
int close_from_libc(int fd);
int dup2_from_libc(int fd, int twin); /* in descriptors.c */

/* True where the caller is not such a child, and there are greenlets. */
bool is_at_home(void);

/* From now on, and in the children of forks, this process is the one that the books are about. */
void inside_prepare(void);

/* Nobody's lock, and nobody's descriptor: a hook that is called with it only notes that it was. */
extern int nobodys_lock;
enum { NOBODYS_FD = -4711 };
extern bool inside_was_called;

#endif
