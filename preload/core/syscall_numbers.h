/*
 * System call numbers. Newer architectures lack those calls of the older ones for which there is a general replacement.
 * Here the missing ones get numbers that no call has and that no program can pass, so that tables need no special
 * cases.
 */
#ifndef PRELOAD_CORE_SYSCALL_NUMBERS_H
#define PRELOAD_CORE_SYSCALL_NUMBERS_H

#include <sys/syscall.h>

/* Above every number in use. */
#define NUMBERS 512

#ifndef SYS_open
#define SYS_open (NUMBERS + 0)
#endif
#ifndef SYS_creat
#define SYS_creat (NUMBERS + 1)
#endif
#ifndef SYS_poll
#define SYS_poll (NUMBERS + 2)
#endif
#ifndef SYS_select
#define SYS_select (NUMBERS + 3)
#endif
#ifndef SYS_epoll_wait
#define SYS_epoll_wait (NUMBERS + 4)
#endif
#ifndef SYS_dup2
#define SYS_dup2 (NUMBERS + 5)
#endif
#ifndef SYS_vfork
#define SYS_vfork (NUMBERS + 6)
#endif
#ifndef SYS_pipe
#define SYS_pipe (NUMBERS + 7)
#endif
#ifndef SYS_pause
#define SYS_pause (NUMBERS + 8)
#endif
#ifndef SYS_eventfd
#define SYS_eventfd (NUMBERS + 20)
#endif
#ifndef SYS_signalfd
#define SYS_signalfd (NUMBERS + 21)
#endif
#ifndef SYS_epoll_create
#define SYS_epoll_create (NUMBERS + 22)
#endif
#ifndef SYS_inotify_init
#define SYS_inotify_init (NUMBERS + 23)
#endif
#ifndef SYS_stat
#define SYS_stat (NUMBERS + 19)
#endif
#ifndef SYS_lstat
#define SYS_lstat (NUMBERS + 9)
#endif
#ifndef SYS_access
#define SYS_access (NUMBERS + 10)
#endif
#ifndef SYS_readlink
#define SYS_readlink (NUMBERS + 11)
#endif
#ifndef SYS_rename
#define SYS_rename (NUMBERS + 12)
#endif
#ifndef SYS_renameat
#define SYS_renameat (NUMBERS + 13)
#endif
#ifndef SYS_unlink
#define SYS_unlink (NUMBERS + 14)
#endif
#ifndef SYS_mkdir
#define SYS_mkdir (NUMBERS + 15)
#endif
#ifndef SYS_rmdir
#define SYS_rmdir (NUMBERS + 16)
#endif
#ifndef SYS_newfstatat
#define SYS_newfstatat (NUMBERS + 17)
#endif
#ifndef SYS_sync_file_range
#define SYS_sync_file_range (NUMBERS + 18)
#endif

#ifndef SYS_fork
#define SYS_fork (NUMBERS + 20)
#endif

/* Newer than the headers that some systems build with; the same on all architectures. */
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif
#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif
#ifndef SYS_futex_wake
#define SYS_futex_wake 454
#endif
#ifndef SYS_futex_wait
#define SYS_futex_wait 455
#endif
#ifndef SYS_futex_requeue
#define SYS_futex_requeue 456
#endif

#endif
