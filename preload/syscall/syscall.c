/*
 * syscall(): the numbers of the calls that have hooks go to the hooks, all others directly to the kernel.
 *
 * Most hooks take the same arguments as the system call. They are called through one type of six longs: on the
 * supported machines, a function that expects an int or a pointer in place of a long, or fewer arguments, finds its
 * arguments in the same place.
 */
#include "preload/core/blocking.h"
#include "preload/core/syscall_numbers.h"
#include "preload/core/thread_ids.h"
#include "preload/fd/raw.h"
#include "preload/file/raw.h"
#include "preload/ipc/raw.h"
#include "preload/process/raw.h"
#include "preload/signal/raw.h"
#include "preload/sync/raw.h"
#include "preload/thread/raw.h"
#include "preload/time/raw.h"
#include <limits.h>
#include <stdarg.h>

struct answer {
	long (*hook)(long a, long b, long c, long d, long e, long f);
	bool is_int;   /* the upper half of the result is undefined */
	bool is_point; /* the hook may call a libc function that is a cancellation point */
};

static const struct answer answers[] = {
    [SYS_read] = {(void *)read, false, true},
    [SYS_readv] = {(void *)readv, false, true},
    [SYS_write] = {(void *)write, false, true},
    [SYS_writev] = {(void *)writev, false, true},
    [SYS_pread64] = {(void *)pread, false, true},
    [SYS_preadv] = {(void *)preadv, false, true},
    [SYS_readlink] = {(void *)readlink, true, false},
    [SYS_readlinkat] = {(void *)readlinkat, true, false},
    [SYS_mq_notify] = {(void *)mq_notify, true, false},
    [SYS_msgrcv] = {(void *)msgrcv, false, true},
    [SYS_mq_timedreceive] = {raw_mq_timedreceive, false, true},
    [SYS_sendfile] = {(void *)sendfile, false, false},
    [SYS_splice] = {(void *)splice, false, true},
    [SYS_tee] = {(void *)tee, false, true},
    [SYS_vmsplice] = {(void *)vmsplice, false, true},
    [SYS_copy_file_range] = {(void *)copy_file_range, false, true},
    [SYS_recvfrom] = {(void *)recvfrom, false, true},
    [SYS_recvmsg] = {(void *)recvmsg, false, true},
    [SYS_sendto] = {(void *)sendto, false, true},
    [SYS_sendmsg] = {(void *)sendmsg, false, true},

    [SYS_open] = {(void *)open, true, true},
    [SYS_openat] = {(void *)openat, true, true},
    [SYS_openat2] = {raw_openat2, true, false},
    [SYS_creat] = {(void *)creat, true, true},
    [SYS_fsync] = {(void *)fsync, true, true},
    [SYS_fdatasync] = {(void *)fdatasync, true, true},
    [SYS_sync_file_range] = {(void *)sync_file_range, true, true},
    [SYS_msync] = {(void *)msync, true, true},
    [SYS_syncfs] = {(void *)syncfs, true, false},
    [SYS_sync] = {raw_sync, true, false},
    [SYS_flock] = {(void *)flock, true, false},
    [SYS_stat] = {(void *)stat, true, false},
    [SYS_lstat] = {(void *)lstat, true, false},
    [SYS_newfstatat] = {(void *)fstatat, true, false},
    [SYS_statx] = {(void *)statx, true, false},
    [SYS_access] = {(void *)access, true, false},
    [SYS_faccessat] = {raw_faccessat, true, false},
    [SYS_faccessat2] = {(void *)faccessat, true, false},
    [SYS_rename] = {(void *)rename, true, false},
    [SYS_renameat] = {(void *)renameat, true, false},
    [SYS_renameat2] = {(void *)renameat2, true, false},
    [SYS_unlink] = {(void *)unlink, true, false},
    [SYS_unlinkat] = {(void *)unlinkat, true, false},
    [SYS_mkdir] = {(void *)mkdir, true, false},
    [SYS_mkdirat] = {(void *)mkdirat, true, false},
    [SYS_rmdir] = {(void *)rmdir, true, false},
    [SYS_truncate] = {(void *)truncate, true, false},
    [SYS_ftruncate] = {(void *)ftruncate, true, false},
    [SYS_fallocate] = {(void *)fallocate, true, true},
    [SYS_mq_timedsend] = {raw_mq_timedsend, true, true},
    [SYS_msgsnd] = {(void *)msgsnd, true, true},
    [SYS_semop] = {(void *)semop, true, false},
    [SYS_semtimedop] = {raw_semtimedop, true, false},
    [SYS_connect] = {(void *)connect, true, true},
    [SYS_accept] = {(void *)accept, true, true},
    [SYS_accept4] = {(void *)accept4, true, true},
    [SYS_recvmmsg] = {(void *)recvmmsg, true, true},
    [SYS_sendmmsg] = {(void *)sendmmsg, true, true},
    [SYS_poll] = {(void *)poll, true, true},
    [SYS_select] = {(void *)select, true, true},
    [SYS_epoll_wait] = {(void *)epoll_wait, true, true},
    [SYS_close] = {(void *)close, true, true},
    [SYS_close_range] = {(void *)close_range, true, false},
    [SYS_dup] = {(void *)dup, true, false},
    [SYS_dup2] = {(void *)dup2, true, false},
    [SYS_dup3] = {(void *)dup3, true, false},
    [SYS_fcntl] = {(void *)fcntl, true, true},
    [SYS_ioctl] = {(void *)ioctl, true, false},
    [SYS_socket] = {(void *)socket, true, false},
    [SYS_socketpair] = {(void *)socketpair, true, false},
    [SYS_pipe] = {(void *)pipe, true, false},
    [SYS_pipe2] = {(void *)pipe2, true, false},
    [SYS_setsockopt] = {(void *)setsockopt, true, false},
    [SYS_listen] = {(void *)listen, true, false},
    [SYS_shutdown] = {(void *)shutdown, true, false},
    [SYS_nanosleep] = {(void *)nanosleep, true, true},
    [SYS_sched_yield] = {(void *)sched_yield, true, false},
    [SYS_wait4] = {(void *)wait4, true, true},
    [SYS_fork] = {raw_fork, false, false},
    [SYS_clone] = {raw_clone, false, false},
    [SYS_clone3] = {raw_clone3, false, false},
    [SYS_vfork] = {(void *)vfork, true, false},
    [SYS_unshare] = {(void *)unshare, true, false},
    [SYS_setns] = {(void *)setns, true, false},
    [SYS_execve] = {(void *)execve, true, false},
    [SYS_execveat] = {(void *)execveat, true, false},
    [SYS_prctl] = {(void *)prctl, true, false},
    [SYS_gettid] = {(void *)gettid, true, false},
    [SYS_tgkill] = {(void *)tgkill, true, false},
    [SYS_sched_setaffinity] = {(void *)sched_setaffinity, true, false},
    [SYS_sched_setscheduler] = {(void *)sched_setscheduler, true, false},
    [SYS_sched_getscheduler] = {(void *)sched_getscheduler, true, false},
    [SYS_sched_setparam] = {(void *)sched_setparam, true, false},
    [SYS_sched_getparam] = {(void *)sched_getparam, true, false},
    [SYS_setpriority] = {(void *)setpriority, true, false},
    [SYS_kill] = {(void *)kill, true, false},
    [SYS_getpgid] = {(void *)getpgid, true, false},
    [SYS_getsid] = {(void *)getsid, true, false},
    [SYS_setpgid] = {(void *)setpgid, true, false},
    [SYS_prlimit64] = {(void *)prlimit64, true, false},
    [SYS_process_vm_readv] = {(void *)process_vm_readv, false, false},
    [SYS_process_vm_writev] = {(void *)process_vm_writev, false, false},
    [SYS_sched_rr_get_interval] = {(void *)sched_rr_get_interval, true, false},
    [SYS_pidfd_open] = {(void *)pidfd_open, true, false},
    [SYS_pidfd_send_signal] = {(void *)pidfd_send_signal, true, false},
    [SYS_pidfd_getfd] = {(void *)pidfd_getfd, true, false},

    [SYS_preadv2] = {raw_preadv2, false, true},
    [SYS_pwritev2] = {raw_pwritev2, false, true},
    [SYS_ppoll] = {raw_ppoll, false, true},
    [SYS_pselect6] = {raw_pselect6, false, true},
    [SYS_epoll_pwait] = {raw_epoll_pwait, false, true},
    [SYS_epoll_pwait2] = {raw_epoll_pwait2, false, true},
    [SYS_clock_nanosleep] = {raw_clock_nanosleep, false, true},
    [SYS_rt_sigaction] = {raw_rt_sigaction, false, false},
    [SYS_rt_sigprocmask] = {raw_rt_sigprocmask, false, false},
    [SYS_rt_sigpending] = {raw_rt_sigpending, false, false},
    [SYS_rt_sigtimedwait] = {raw_rt_sigtimedwait, false, true},
    [SYS_rt_sigsuspend] = {raw_rt_sigsuspend, false, true},
    [SYS_pause] = {(void *)pause, true, true},
    [SYS_sigaltstack] = {(void *)sigaltstack, true, false},
    [SYS_waitid] = {raw_waitid, false, true},
    [SYS_futex] = {raw_futex, false, false},
    [SYS_futex_waitv] = {raw_futex_waitv, false, false},
    [SYS_futex_wake] = {raw_futex_wake, false, false},
    [SYS_futex_wait] = {raw_futex_wait, false, false},
    [SYS_futex_requeue] = {raw_futex_requeue, false, false},
    [SYS_set_tid_address] = {raw_set_tid_address, false, false},
    [SYS_get_robust_list] = {raw_get_robust_list, false, false},
    [SYS_getpriority] = {raw_getpriority, false, false},
    [SYS_sched_getaffinity] = {raw_sched_getaffinity, false, false},
    [SYS_sched_getattr] = {raw_sched_getattr, false, false},
    [SYS_sched_setattr] = {raw_sched_setattr, false, false},
    [SYS_timer_create] = {raw_timer_create, false, false},
    [SYS_timer_settime] = {raw_timer_settime, false, false},
    [SYS_timer_getoverrun] = {raw_timer_getoverrun, false, false},
    [SYS_timer_delete] = {raw_timer_delete, false, false},
    [SYS_tkill] = {raw_tkill, false, false},
    [SYS_rt_tgsigqueueinfo] = {raw_rt_tgsigqueueinfo, false, false},
};

/* The other calls that make a descriptor. */
static bool makes_descriptor(long number)
{
	switch (number) {
	case SYS_eventfd:
	case SYS_eventfd2:
	case SYS_timerfd_create:
	case SYS_signalfd:
	case SYS_signalfd4:
	case SYS_epoll_create:
	case SYS_inotify_init:
	case SYS_inotify_init1:
	case SYS_fanotify_init:
	case SYS_memfd_create:
	case SYS_memfd_secret:
	case SYS_userfaultfd:
	case SYS_pidfd_open:
	case SYS_pidfd_getfd:
	case SYS_perf_event_open:
	case SYS_io_uring_setup:
	case SYS_open_by_handle_at:
	case SYS_mq_open:
	case SYS_bpf:
	case SYS_seccomp:
	case SYS_landlock_create_ruleset:
	case SYS_fsopen:
	case SYS_fsmount:
	case SYS_fspick:
	case SYS_open_tree:
		return true;
	default:
		return false;
	}
}

/* Some of these may return something else than a descriptor: then the traits of that number are learnt again. */
static long noted_as_made(long fd)
{
	if (fd > 2 && fd <= INT_MAX && fd_traits((int)fd))
		fd_note((int)fd, 0, fd_traits((int)fd));
	return fd;
}

static long ask_kernel(long number, long *a)
{
	long result;

	if (any_hub())
		know_arguments(number, a);
	result = libc.syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (number == SYS_io_uring_setup)
		fd_doubt_all();
	if (number == SYS_pwrite64 || number == SYS_pwritev)
		written_by((int)a[0], 0, result);
	return makes_descriptor(number) ? noted_as_made(result) : result;
}

static inline long ask_hook(const struct answer *answer, const long *a)
{
	long result = answer->hook(a[0], a[1], a[2], a[3], a[4], a[5]);

	return answer->is_int ? (int)result : result;
}

/* No raw system call is a cancellation point. */
static long ask_hook_in_greenlet(const struct answer *answer, const long *a)
{
	long result;

	self->shield.no_points = (uintptr_t)__builtin_frame_address(0);
	result = ask_hook(answer, a);
	self->shield.no_points = 0;
	return result;
}

/* The same for a thread of the system's, which libc cancels. An asynchronous cancellation ends it anywhere. */
static long ask_hook_in_thread(const struct answer *answer, const long *a)
{
	int type, state;
	long result;

	libc.pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &type);
	if (type == PTHREAD_CANCEL_ASYNCHRONOUS) {
		libc.pthread_setcanceltype(type, NULL);
		return ask_hook(answer, a);
	}
	libc.pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	result = ask_hook(answer, a);
	libc.pthread_setcancelstate(state, NULL);
	return result;
}

long syscall(long number, ...)
{
	const struct answer *answer = NULL;
	long a[6];
	va_list rest;

	va_start(rest, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(rest, long);
	va_end(rest);
	if ((unsigned long)number < NUMBERS && (size_t)number < sizeof(answers) / sizeof(*answers))
		answer = &answers[number];
	if (!answer || !answer->hook || (answer->is_point && !any_hub()))
		return ask_kernel(number, a);
	if (!self)
		return answer->is_point ? ask_hook_in_thread(answer, a) : ask_hook(answer, a);
	return self->shield.no_points ? ask_hook(answer, a) : ask_hook_in_greenlet(answer, a);
}
