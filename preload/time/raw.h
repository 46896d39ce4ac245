/*
 * What syscall(2) does for the system calls on time whose arguments differ from those of libc's wrappers. Each
 * answers -1 with errno set on failure; which of them park is what the wrappers do.
 */
#ifndef PRELOAD_TIME_RAW_H
#define PRELOAD_TIME_RAW_H

/* The wrapper answers with an error number. */
long raw_clock_nanosleep(long clock, long flags, long span, long left, long e, long f);

/* Timers by the ids of the kernel. */
long raw_timer_create(long clock, long event, long id, long d, long e, long f);
long raw_timer_settime(long id, long flags, long new, long old, long e, long f);
long raw_timer_getoverrun(long id, long b, long c, long d, long e, long f);
long raw_timer_delete(long id, long b, long c, long d, long e, long f);

#endif
