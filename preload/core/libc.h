/* libc's own functions, which the hooks call. Filled while the library is relocated, before any constructor. */
#ifndef PRELOAD_CORE_LIBC_H
#define PRELOAD_CORE_LIBC_H

#include <aio.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <mqueue.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <termios.h>
#include <threads.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

/* Names that the public headers do not declare, or only for fortified code. */
ssize_t __read_chk(int fd, void *buf, size_t count, size_t size);
ssize_t __pread_chk(int fd, void *buf, size_t count, off_t position, size_t size);
ssize_t __readlink_chk(const char *__restrict path, char *__restrict target, size_t count, size_t size);
ssize_t __readlinkat_chk(int dir, const char *__restrict path, char *__restrict target, size_t count, size_t size);
ssize_t __recv_chk(int fd, void *buf, size_t count, size_t size, int flags);
ssize_t __recvfrom_chk(int fd, void *__restrict buf, size_t count, size_t size, int flags,
    struct sockaddr *__restrict address, socklen_t *__restrict length);
int __poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t size);
int __ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask, size_t size);
int __pthread_mutex_lock(pthread_mutex_t *mutex);
int __pthread_mutex_unlock(pthread_mutex_t *mutex);
void __longjmp_chk(sigjmp_buf buffer, int value) __attribute__((noreturn));
pid_t _Fork(void);
int __clone(int (*fn)(void *arg), void *stack, int flags, void *arg, ...);
int __xpg_sigpause(int signo);
int __sigpause(int signo_or_mask, int is_signo);
pid_t __wait(int *status);
pid_t __getpgid(pid_t id);
int __setpgid(pid_t id, pid_t group);
pid_t __waitpid(pid_t pid, int *status, int options);
int __open_2(const char *path, int flags);
int __openat_2(int dir, const char *path, int flags);
int __open64_2(const char *path, int flags);
mqd_t __mq_open_2(const char *name, int flags);
int __openat64_2(int dir, const char *path, int flags);
int __xstat(int version, const char *path, struct stat *status);
int __lxstat(int version, const char *path, struct stat *status);
int __fxstatat(int version, int dir, const char *path, struct stat *status, int flags);

/* Newer than the oldest libc that we support: if libc lacks one, ours makes the system call, or fails with ENOSYS. */
struct open_how;
struct sched_attr;
int openat2(int dir, const char *path, const struct open_how *how, size_t size);
int sched_getattr(pid_t id, struct sched_attr *told, unsigned size, unsigned flags);
int sched_setattr(pid_t id, struct sched_attr *told, unsigned flags);
int pidfd_spawn(int *restrict fd, const char *restrict path, const posix_spawn_file_actions_t *restrict actions,
    const posix_spawnattr_t *restrict attributes, char *const argv[restrict], char *const envp[restrict]);
int pidfd_spawnp(int *restrict fd, const char *restrict file, const posix_spawn_file_actions_t *restrict actions,
    const posix_spawnattr_t *restrict attributes, char *const argv[restrict], char *const envp[restrict]);
pid_t pidfd_getpid(int fd);
pid_t pthread_gettid_np(pthread_t thread);

/*
 * pthread_cleanup_push() notes its place by __sigsetjmp, which is a hook: here by what libc has for that without a
 * signal mask.
 */
#undef __sigsetjmp_cancel /* a macro where the compiler is not gcc */
#define __sigsetjmp_cancel(place, mask) _setjmp((struct __jmp_buf_tag *)(void *)(place))

/* libaio's; of its header nothing else is needed. */
struct io_context;
struct io_event;
int io_getevents(struct io_context *context, long least, long most, struct io_event *events, struct timespec *limit);

/* gcc requires an alias to have the attributes of its target; clang has no such attribute. */
#if __has_attribute(copy)
#define ATTRIBUTES_OF(name) __attribute__((copy(name)))
#else
#define ATTRIBUTES_OF(name)
#endif

/*
 * A hook's other names are aliases of it, in the file that defines it. The library itself calls no hook. Where it needs
 * what one does, the function is do_NAME, and the hook an alias of that.
 */
#define synonym(name, of) extern __typeof__(of) name __attribute__((alias(#of))) ATTRIBUTES_OF(of)

/* Programs still call deprecated functions. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
struct libc {
#define CALL(name, family, waits, cancels, note) __typeof__(name) *name;
#include "preload/calls.def"
};

#pragma GCC diagnostic pop

extern struct libc libc;

/*
 * clock_gettime as the program would have it without us: libc's, or that of a library loaded after us. Not one of our
 * hooks.
 */
extern int (*libc_clock)(clockid_t clock, struct timespec *t);

/*
 * Looks up functions that are not libc's: the calls of the family aio. Each of those calls makes sure that this was
 * done.
 */
void libc_find_foreign(void);

/* The malloc in use: the program's own, that of a library, or libc's. */
void *libc_allocator(void);

/* The calls by number, for the counters and the switches. */
enum call {
#define CALL(name, family, waits, cancels, note) CALL_##name,
#include "preload/calls.def"
	CALLS
};

/* Which of them are cancellation points. */
enum { NONE, POINT };

static const bool call_is_point[CALLS] = {
#define CALL(name, family, waits, cancels, note) [CALL_##name] = (cancels),
#include "preload/calls.def"
};

#endif
