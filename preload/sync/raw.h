/*
 * What syscall(2) does for the system calls on futexes whose arguments differ from those of libc's wrappers. Each
 * answers -1 with errno set on failure; which of them park is what the wrappers do.
 */
#ifndef PRELOAD_SYNC_RAW_H
#define PRELOAD_SYNC_RAW_H

/* Between greenlets, OS threads and, without FUTEX_PRIVATE_FLAG, other processes; see futex.c. */
long raw_futex(long word, long op, long value, long limit, long other, long value3);
long raw_futex_waitv(long waiters, long count, long flags, long limit, long clock, long f);
long raw_futex_wake(long word, long mask, long count, long flags, long e, long f);
long raw_futex_wait(long word, long value, long mask, long flags, long limit, long clock);
long raw_futex_requeue(long waiters, long flags, long woken, long moved, long e, long f);

#endif
