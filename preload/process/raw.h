/*
 * What syscall(2) does for the system calls on processes whose arguments differ from those of libc's wrappers. Each
 * answers -1 with errno set on failure; which of them park is what the wrappers do.
 */
#ifndef PRELOAD_PROCESS_RAW_H
#define PRELOAD_PROCESS_RAW_H

/* Forks, and tasks in our memory; see clone.c. */
long raw_fork(long a, long b, long c, long d, long e, long f);
long raw_clone(long flags, long stack, long c, long d, long e, long f);
long raw_clone3(long arguments, long size, long c, long d, long e, long f);

/* With the usage that libc's lacks; see waitid.c. */
long raw_waitid(long type, long id, long info, long options, long usage, long f);

#endif
