/*
 * Hooks for raw system calls whose arguments differ from those of libc's wrapper: the kernel's signal set with its
 * size, a position in two halves, an error number in errno. Each answers -1 with errno set on failure, as syscall()
 * has it; which of them park is what their wrappers do.
 */
#ifndef PRELOAD_SYSCALL_RAW_SYSCALLS_H
#define PRELOAD_SYSCALL_RAW_SYSCALLS_H

/* The kernel's struct sigaction. */
struct kernel_action {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	unsigned long set;
};

/* They leave what remains of the time where the time limit was, as the kernel does. */
long raw_ppoll(long fds, long count, long timeout, long set, long size, long f);
long raw_pselect6(long count, long in, long out, long error, long timeout, long sized);

long raw_epoll_pwait(long fd, long events, long max, long timeout, long set, long size);
long raw_epoll_pwait2(long fd, long events, long max, long timeout, long set, long size);

long raw_preadv2(long fd, long iov, long count, long low, long high, long flags);
long raw_pwritev2(long fd, long iov, long count, long low, long high, long flags);

long raw_clock_nanosleep(long clock, long flags, long span, long left, long e, long f);
long raw_rt_sigaction(long signo, long new, long old, long size, long e, long f);

/* The calling greenlet's mask, pending signals, and signals to its OS thread's id, which are for it; see sigmask.c. */
long raw_rt_sigprocmask(long how, long set, long old, long size, long e, long f);
long raw_rt_sigpending(long set, long size, long c, long d, long e, long f);
long raw_rt_sigtimedwait(long set, long info, long limit, long size, long e, long f);
long raw_rt_sigsuspend(long set, long size, long c, long d, long e, long f);

/* Forks, and tasks in our memory; see clone.c. */
long raw_fork(long a, long b, long c, long d, long e, long f);
long raw_clone(long flags, long stack, long c, long d, long e, long f);
long raw_clone3(long arguments, long size, long c, long d, long e, long f);

/* Where a time limit may be lacking, as libc's wrappers have none or a call of its own for that. */
long raw_mq_timedsend(long queue, long bytes, long size, long priority, long limit, long f);
long raw_mq_timedreceive(long queue, long bytes, long size, long priority, long limit, long f);
long raw_semtimedop(long id, long operations, long count, long limit, long e, long f);

/* Without flags, and without an answer. */
long raw_faccessat(long dir, long path, long mode, long d, long e, long f);
long raw_sync(long a, long b, long c, long d, long e, long f);

/* libc has no wrapper; counted as openat. See file.c. */
long raw_openat2(long dir, long path, long told, long size, long e, long f);

/* With the usage that libc's lacks; see wait_id.c. */
long raw_waitid(long type, long id, long info, long options, long usage, long f);

/* Between greenlets, OS threads and, without FUTEX_PRIVATE_FLAG, other processes; see futex.c. */
long raw_futex(long word, long op, long value, long limit, long other, long value3);
long raw_futex_waitv(long waiters, long count, long flags, long limit, long clock, long f);
long raw_futex_wake(long word, long mask, long count, long flags, long e, long f);
long raw_futex_wait(long word, long value, long mask, long flags, long limit, long clock);
long raw_futex_requeue(long waiters, long flags, long woken, long moved, long e, long f);

/* Threads that are greenlets, which the kernel does not know; see thread_id.c, thread_named.c and thread_timer.c. */
long raw_set_tid_address(long word, long b, long c, long d, long e, long f);
long raw_tkill(long thread_id, long signo, long c, long d, long e, long f);
long raw_rt_tgsigqueueinfo(long process, long thread_id, long signo, long info, long e, long f);
long raw_get_robust_list(long id, long head, long size, long d, long e, long f);
long raw_getpriority(long which, long id, long c, long d, long e, long f);
long raw_sched_getaffinity(long id, long size, long set, long d, long e, long f);
long raw_sched_getattr(long id, long told, long size, long flags, long e, long f);
long raw_sched_setattr(long id, long told, long flags, long d, long e, long f);
long raw_timer_create(long clock, long event, long id, long d, long e, long f);
long raw_timer_settime(long id, long flags, long new, long old, long e, long f);
long raw_timer_getoverrun(long id, long b, long c, long d, long e, long f);
long raw_timer_delete(long id, long b, long c, long d, long e, long f);

#endif
