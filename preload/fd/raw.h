/*
 * What syscall(2) does for the system calls on descriptors whose arguments differ from those of libc's wrappers. Each
 * answers -1 with errno set on failure; which of them park is what the wrappers do.
 */
#ifndef PRELOAD_FD_RAW_H
#define PRELOAD_FD_RAW_H

/* They leave what remains of the time where the time limit was, as the kernel does. */
long raw_ppoll(long fds, long count, long timeout, long set, long size, long f);
long raw_pselect6(long count, long in, long out, long error, long timeout, long sized);

long raw_epoll_pwait(long fd, long events, long max, long timeout, long set, long size);
long raw_epoll_pwait2(long fd, long events, long max, long timeout, long set, long size);

/* The position comes in two halves. */
long raw_preadv2(long fd, long iov, long count, long low, long high, long flags);
long raw_pwritev2(long fd, long iov, long count, long low, long high, long flags);

#endif
