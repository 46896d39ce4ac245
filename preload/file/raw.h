/*
 * What syscall(2) does for the system calls on files whose arguments differ from those of libc's wrappers. Each
 * answers -1 with errno set on failure; which of them park is what the wrappers do.
 */
#ifndef PRELOAD_FILE_RAW_H
#define PRELOAD_FILE_RAW_H

/* Without flags, and without an answer. */
long raw_faccessat(long dir, long path, long mode, long d, long e, long f);
long raw_sync(long a, long b, long c, long d, long e, long f);

/* libc has no wrapper; counted as openat. See open.c. */
long raw_openat2(long dir, long path, long told, long size, long e, long f);

#endif
