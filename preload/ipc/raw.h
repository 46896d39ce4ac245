/*
 * What syscall(2) does for the system calls on messages and semaphores whose arguments differ from those of libc's
 * wrappers. Each answers -1 with errno set on failure; which of them park is what the wrappers do.
 */
#ifndef PRELOAD_IPC_RAW_H
#define PRELOAD_IPC_RAW_H

/* Where a time limit may be lacking, as libc's wrappers have none or a call of its own for that. */
long raw_mq_timedsend(long queue, long bytes, long size, long priority, long limit, long f);
long raw_mq_timedreceive(long queue, long bytes, long size, long priority, long limit, long f);
long raw_semtimedop(long id, long operations, long count, long limit, long e, long f);

#endif
