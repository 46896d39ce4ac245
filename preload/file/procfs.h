/*
 * Greenlets in proc(5): /proc/self/task/ID, and /proc/thread-self of one. Asked once the kernel has answered, and so
 * has read the path: where a path may be of a greenlet, the kernel has found nothing, or another thread's.
 */
#ifndef PRELOAD_FILE_PROCFS_H
#define PRELOAD_FILE_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Long enough for what takes the place of a path; a longer one is left alone. */
enum { PROC_PATH = 256 };

/* True where it is worth asking: the call has failed with this error, or has not (0). Costs a comparison or two. */
bool may_be_of_greenlet(const char *path, int error);

/* The path in the OS thread's directory, written into the buffer; false where the path is of no greenlet. */
bool path_of_os_thread(int dir, const char *path, char buffer[PROC_PATH]);

/*
 * Opens a greenlet's file: its own comm, stat and status as they are now, in memory, and of the others the OS thread's.
 * Returns the descriptor, or -1 with errno set; *fd is left alone, and false returned, where the path is of none.
 */
bool open_of_greenlet(int dir, const char *path, int flags, int *fd);

/* What /proc/thread-self is a link to, of the calling greenlet: as readlink(2). False where the path is another. */
bool link_of_greenlet(const char *path, char *target, size_t size, ssize_t *length);

#endif
