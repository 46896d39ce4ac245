/* Hooks for functions that only libc itself calls. They are reached by patching alone. */
#ifndef PRELOAD_PATCH_LIBC_INTERNAL_H
#define PRELOAD_PATCH_LIBC_INTERNAL_H

#include <stdbool.h>

/*
 * Wait for a lock of libc's own (that of a stream, of malloc, of the list of streams, …), and wake a waiter. The word
 * is as in runtime/sys/lock.h: 2 means that there is a waiter.
 */
void wait_for_libc_lock(int *word);
void wake_for_libc_lock(int *word);

/*
 * close and dup2 as libc calls them. The child of its posix_spawn calls them in our memory, before it executes another
 * program: the file-descriptor table does not describe the child's descriptors.
 */
int close_from_libc(int fd);
int dup2_from_libc(int fd, int twin); /* in descriptors.c */

/* True where the caller is not such a child, and there are greenlets. */
bool is_at_home(void);

/* From now on, and in the children of forks, the file-descriptor table describes this process. */
void inside_prepare(void);

/* A lock and a descriptor for the self-test: a hook that is called with one of them only notes that it was called. */
extern int nobodys_lock;
enum { NOBODYS_FD = -4711 };
extern bool inside_was_called;

#endif
