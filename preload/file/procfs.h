/*
 * Greenlets in proc(5): /proc/self/task/ID, and /proc/thread-self of a greenlet. These functions are called after the
 * kernel has returned, and so has read the path. For a path that may be a greenlet's, the kernel has found nothing, or
 * another thread's file.
 */
#ifndef PRELOAD_FILE_PROCFS_H
#define PRELOAD_FILE_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Long enough for a replaced path; a longer one is left alone. */
enum { PROC_PATH = 256 };

/*
 * True if the other functions are worth a call: the system call has failed with this error, or has not (0). Costs a
 * comparison or two.
 */
bool may_be_of_greenlet(const char *path, int error);

/* Writes the path in the OS thread's directory into the buffer; false if the path is not a greenlet's. */
bool path_of_os_thread(int dir, const char *path, char buffer[PROC_PATH]);

/*
 * Opens a greenlet's file: the greenlet's own comm, stat and status with their current text, in memory, and the OS
 * thread's file for the others. *fd is the descriptor, or -1 with errno set. If the path is not a greenlet's, returns
 * false and leaves *fd alone.
 */
bool open_of_greenlet(int dir, const char *path, int flags, int *fd);

/* The target of the link /proc/thread-self for the calling greenlet, as readlink(2). False for any other path. */
bool link_of_greenlet(const char *path, char *target, size_t size, ssize_t *length);

#endif
