/*
 * What syscall(2) does for the system calls on threads whose arguments differ from those of libc's wrappers. Each
 * answers -1 with errno set on failure; which of them park is what the wrappers do.
 */
#ifndef PRELOAD_THREAD_RAW_H
#define PRELOAD_THREAD_RAW_H

/* Threads that are greenlets, which the kernel does not know; see tid.c and by_id.c. */
long raw_set_tid_address(long word, long b, long c, long d, long e, long f);
long raw_tkill(long thread_id, long signo, long c, long d, long e, long f);
long raw_rt_tgsigqueueinfo(long process, long thread_id, long signo, long info, long e, long f);
long raw_get_robust_list(long id, long head, long size, long d, long e, long f);
long raw_getpriority(long which, long id, long c, long d, long e, long f);
long raw_sched_getaffinity(long id, long size, long set, long d, long e, long f);
long raw_sched_getattr(long id, long told, long size, long flags, long e, long f);
long raw_sched_setattr(long id, long told, long flags, long d, long e, long f);

#endif
