/*
 * What syscall(2) does for the system calls on signals whose arguments differ from those of libc's wrappers. Each
 * answers -1 with errno set on failure; which of them park is what the wrappers do.
 */
#ifndef PRELOAD_SIGNAL_RAW_H
#define PRELOAD_SIGNAL_RAW_H

long raw_rt_sigaction(long signo, long new, long old, long size, long e, long f);

/* The calling greenlet's mask, pending signals, and signals to its OS thread's id, which are for it; see sigmask.c. */
long raw_rt_sigprocmask(long how, long set, long old, long size, long e, long f);
long raw_rt_sigpending(long set, long size, long c, long d, long e, long f);
long raw_rt_sigtimedwait(long set, long info, long limit, long size, long e, long f);
long raw_rt_sigsuspend(long set, long size, long c, long d, long e, long f);

#endif
