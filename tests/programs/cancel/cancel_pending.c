/* threads and helpers */
/*
 * A cancellation that is pending, at every call that waits and at many that do not: which of them act on it. None of
 * them would have to wait, and most fail: a cancellation point acts before it looks at what it is told.
 */
#include "tests/programs/say.h"
#include <aio.h>
#include <dirent.h>
#include <mqueue.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <termios.h>
#include <threads.h>

extern char **environ;

static const struct timespec no_time, long_ago = {1, 0};
static struct timeval no_timeval;
static char bytes[16];
static struct iovec iov = {bytes, 1};
static struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
static struct mmsghdr messages;
static struct sembuf operation = {.sem_flg = IPC_NOWAIT};
static struct stat status;
static struct statx status_x;
static struct epoll_event event;
static struct rlimit limit;
static siginfo_t info;
static int file, ends[2], taken;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_once_t once;
static once_flag flag = ONCE_FLAG_INIT;
static pthread_barrier_t barrier;
static pthread_spinlock_t spin;
static mtx_t mtx;
static cnd_t cnd;
static sem_t semaphore;
static sigset_t usr1;
static pthread_t ended, living;
static FILE *stream, *full_stream, *command;
static struct aiocb request, waiting, nothing = {.aio_lio_opcode = LIO_NOP};
static char *const no_command[] = {"/nonexistent", NULL};

static void do_nothing(void)
{
}

static int by_sem_open(void)
{
	char name[40];
	sem_t *opened;

	snprintf(name, sizeof(name), "/cancel_pending-%d", (int)getpid());
	opened = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
	sem_unlink(name);
	return sem_close(opened);
}

static int by_opendir(void)
{
	DIR *directory = opendir(".");

	if (!directory)
		return -1;
	(void)!readdir(directory);
	return closedir(directory);
}

static int by_aio_suspend(void)
{
	const struct aiocb *list[] = {&waiting};

	return aio_suspend(list, 1, &no_time);
}

static int by_aio_suspend_of_none(void)
{
	const struct aiocb *list[] = {&request};

	while (aio_error(&request) == EINPROGRESS)
		sched_yield();
	return aio_suspend(list, 1, NULL);
}

static int by_list(void)
{
	struct aiocb *list[] = {&nothing};

	return lio_listio(LIO_WAIT, list, 1, NULL);
}

static int by_spawn(void)
{
	pid_t child;

	return posix_spawn(&child, "/nonexistent", NULL, NULL, no_command, environ);
}

static void unlock(void *locked)
{
	pthread_mutex_unlock(locked);
}

static int by_cond(int (*wait)(void))
{
	int answer;

	pthread_mutex_lock(&mutex);
	pthread_cleanup_push(unlock, &mutex);
	answer = wait();
	pthread_cleanup_pop(1);
	return answer;
}

static int timed_wait(void)
{
	return pthread_cond_timedwait(&never, &mutex, &long_ago);
}

static int clock_wait(void)
{
	return pthread_cond_clockwait(&never, &mutex, CLOCK_MONOTONIC, &long_ago);
}

static int by_cnd(void)
{
	int answer;

	mtx_lock(&mtx);
	pthread_cleanup_push(unlock, &mtx);
	answer = cnd_timedwait(&cnd, &mtx, &long_ago);
	pthread_cleanup_pop(1);
	return answer;
}

#define LOCKS(kind) (kind##lock(&rwlock) | pthread_rwlock_unlock(&rwlock))

/* Each takes what stands in the second place as the call. */
#define POINTS(X)                                                                                                      \
	X(read, read(-1, bytes, 1))                                                                                    \
	X(readv, readv(-1, &iov, 1))                                                                                   \
	X(pread, pread(-1, bytes, 1, 0))                                                                               \
	X(preadv, preadv(-1, &iov, 1, 0))                                                                              \
	X(preadv2, preadv2(-1, &iov, 1, 0, 0))                                                                         \
	X(preadv2_flags, preadv2(-1, &iov, 1, 0, 1 << 30))                                                             \
	X(preadv2_here, preadv2(-1, &iov, 1, -1, 0))                                                                   \
	X(write, write(-1, bytes, 1))                                                                                  \
	X(writev, writev(-1, &iov, 1))                                                                                 \
	X(pwrite, pwrite(file, bytes, 1, 0))                                                                           \
	X(pwritev, pwritev(file, &iov, 1, 0))                                                                          \
	X(pwritev2, pwritev2(-1, &iov, 1, 0, 0))                                                                       \
	X(pwritev2_here, pwritev2(-1, &iov, 1, -1, 0))                                                                 \
	X(write_to_file, write(file, bytes, 1))                                                                        \
	X(read_from_file, read(file, bytes, 1))                                                                        \
	X(eventfd_read, eventfd_read(-1, &(eventfd_t){0}))                                                             \
	X(eventfd_write, eventfd_write(-1, 1))                                                                         \
	X(splice, splice(-1, NULL, -1, NULL, 1, 0))                                                                    \
	X(splice_nothing, splice(ends[0], NULL, file, NULL, 0, 0))                                                     \
	X(tee, tee(-1, -1, 1, 0))                                                                                      \
	X(vmsplice, vmsplice(-1, &iov, 1, 0))                                                                          \
	X(vmsplice_nonblock, vmsplice(-1, &iov, 1, SPLICE_F_NONBLOCK))                                                 \
	X(copy_file_range, copy_file_range(-1, NULL, -1, NULL, 1, 0))                                                  \
	X(open, open("/nonexistent/x", O_RDONLY))                                                                      \
	X(openat, openat(AT_FDCWD, "/nonexistent/x", O_RDONLY))                                                        \
	X(creat, creat("/nonexistent/x", 0600))                                                                        \
	X(open_by_handle_at, open_by_handle_at(-1, &(struct file_handle){0}, 0))                                       \
	X(close, close(-1))                                                                                            \
	X(fsync, fsync(-1))                                                                                            \
	X(fdatasync, fdatasync(-1))                                                                                    \
	X(sync_file_range, sync_file_range(-1, 0, 0, 0))                                                               \
	X(msync, msync(NULL, 0, MS_ASYNC))                                                                             \
	X(fallocate, fallocate(-1, 0, 0, 1))                                                                           \
	X(fcntl_lock, fcntl(-1, F_SETLKW, &(struct flock){0}))                                                         \
	X(fcntl_ofd_lock, fcntl(-1, F_OFD_SETLKW, &(struct flock){0}))                                                 \
	X(lockf, lockf(-1, F_LOCK, 0))                                                                                 \
	X(aio_suspend, by_aio_suspend())                                                                               \
	X(mq_send, mq_send(-1, bytes, 1, 0))                                                                           \
	X(mq_timedsend, mq_timedsend(-1, bytes, 1, 0, &no_time))                                                       \
	X(mq_receive, mq_receive(-1, bytes, 1, NULL))                                                                  \
	X(mq_timedreceive, mq_timedreceive(-1, bytes, 1, NULL, &no_time))                                              \
	X(msgsnd, msgsnd(-1, &(long[2]){1}, 1, 0))                                                                     \
	X(msgsnd_nowait, msgsnd(-1, &(long[2]){1}, 1, IPC_NOWAIT))                                                     \
	X(msgrcv, msgrcv(-1, bytes, 1, 0, 0))                                                                          \
	X(msgrcv_nowait, msgrcv(-1, bytes, 1, 0, IPC_NOWAIT))                                                          \
	X(connect, connect(-1, NULL, 0))                                                                               \
	X(accept, accept(-1, NULL, NULL))                                                                              \
	X(accept4, accept4(-1, NULL, NULL, 0))                                                                         \
	X(recv, recv(-1, bytes, 1, 0))                                                                                 \
	X(recv_dontwait, recv(-1, bytes, 1, MSG_DONTWAIT))                                                             \
	X(recvfrom, recvfrom(-1, bytes, 1, 0, NULL, NULL))                                                             \
	X(recvmsg, recvmsg(-1, &message, 0))                                                                           \
	X(recvmmsg, recvmmsg(-1, &messages, 1, 0, NULL))                                                               \
	X(send, send(-1, bytes, 1, 0))                                                                                 \
	X(send_dontwait, send(-1, bytes, 1, MSG_DONTWAIT))                                                             \
	X(sendto, sendto(-1, bytes, 1, 0, NULL, 0))                                                                    \
	X(sendmsg, sendmsg(-1, &message, 0))                                                                           \
	X(sendmmsg, sendmmsg(-1, &messages, 1, 0))                                                                     \
	X(poll, poll(NULL, 0, 0))                                                                                      \
	X(ppoll, ppoll(NULL, 0, &no_time, NULL))                                                                       \
	X(select, select(0, NULL, NULL, NULL, &no_timeval))                                                            \
	X(pselect, pselect(0, NULL, NULL, NULL, &no_time, NULL))                                                       \
	X(epoll_wait, epoll_wait(-1, &event, 1, 0))                                                                    \
	X(epoll_pwait, epoll_pwait(-1, &event, 1, 0, NULL))                                                            \
	X(epoll_pwait2, epoll_pwait2(-1, &event, 1, &no_time, NULL))                                                   \
	X(nanosleep, nanosleep(&no_time, NULL))                                                                        \
	X(clock_nanosleep, clock_nanosleep(CLOCK_MONOTONIC, 0, &no_time, NULL))                                        \
	X(clock_nanosleep_until, clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &no_time, NULL))                       \
	X(clock_nanosleep_wrong, clock_nanosleep(-1, 0, &no_time, NULL))                                               \
	X(sleep, (int)sleep(0))                                                                                        \
	X(usleep, usleep(0))                                                                                           \
	X(thrd_sleep, thrd_sleep(&no_time, NULL))                                                                      \
	X(sem_wait, sem_wait(&semaphore))                                                                              \
	X(sem_timedwait, sem_timedwait(&semaphore, &no_time))                                                          \
	X(sem_clockwait, sem_clockwait(&semaphore, CLOCK_MONOTONIC, &no_time))                                         \
	X(pthread_cond_timedwait, by_cond(timed_wait))                                                                 \
	X(pthread_cond_clockwait, by_cond(clock_wait))                                                                 \
	X(cnd_timedwait, by_cnd())                                                                                     \
	X(pthread_join, pthread_join(living, NULL))                                                                    \
	X(pthread_join_itself, pthread_join(pthread_self(), NULL))                                                     \
	X(pthread_timedjoin_np, pthread_timedjoin_np(living, NULL, &long_ago))                                         \
	X(pthread_clockjoin_np, pthread_clockjoin_np(living, NULL, CLOCK_MONOTONIC, &long_ago))                        \
	X(thrd_join, thrd_join(living, NULL))                                                                          \
	X(pthread_testcancel, (pthread_testcancel(), 0))                                                               \
	X(sigwait, sigwait(&usr1, &taken))                                                                             \
	X(sigwaitinfo, sigwaitinfo(&usr1, &info))                                                                      \
	X(sigtimedwait, sigtimedwait(&usr1, &info, &no_time))                                                          \
	X(wait, wait(NULL))                                                                                            \
	X(waitpid, waitpid(-1, NULL, WNOHANG))                                                                         \
	X(wait3, wait3(NULL, WNOHANG, NULL))                                                                           \
	X(wait4, wait4(-1, NULL, WNOHANG, NULL))                                                                       \
	X(wait4_wrong, wait4(-1, NULL, -1, NULL))                                                                      \
	X(waitid, waitid(P_ALL, 0, &info, WEXITED | WNOHANG))                                                          \
	X(tcdrain, tcdrain(-1))                                                                                        \
	X(system, system("exit 0"))                                                                                    \
	X(perror, (perror("cancelled"), 0))                                                                            \
	X(fflush, (fputc('x', stream), fflush(stream)))                                                                \
	X(fputs, fputs("unbuffered", full_stream))                                                                     \
	X(fopen, fopen("/nonexistent/x", "r") != NULL)                                                                 \
	X(fopen_without, fopen("/nonexistent/x", "rc") != NULL)

#define OTHERS(X)                                                                                                      \
	X(sched_yield, sched_yield())                                                                                  \
	X(thrd_yield, (thrd_yield(), 0))                                                                               \
	X(stat, stat("/", &status))                                                                                    \
	X(lstat, lstat("/", &status))                                                                                  \
	X(fstatat, fstatat(AT_FDCWD, "/", &status, 0))                                                                 \
	X(statx, statx(AT_FDCWD, "/", 0, STATX_TYPE, &status_x))                                                       \
	X(access, access("/", R_OK))                                                                                   \
	X(faccessat, faccessat(AT_FDCWD, "/", R_OK, 0))                                                                \
	X(mkdir, mkdir("directory", 0700))                                                                             \
	X(rename, rename("directory", "renamed"))                                                                      \
	X(renameat, renameat(AT_FDCWD, "renamed", AT_FDCWD, "again"))                                                  \
	X(rmdir, rmdir("again"))                                                                                       \
	X(unlink, unlink("/nonexistent/x"))                                                                            \
	X(unlinkat, unlinkat(AT_FDCWD, "/nonexistent/x", 0))                                                           \
	X(readlink, (int)readlink("/proc/self/exe", bytes, 1))                                                         \
	X(readlinkat, (int)readlinkat(AT_FDCWD, "/proc/self/exe", bytes, 1))                                           \
	X(truncate, truncate("/nonexistent/x", 0))                                                                     \
	X(ftruncate, ftruncate(file, 0))                                                                               \
	X(posix_fallocate, posix_fallocate(-1, 0, 1))                                                                  \
	X(opendir, by_opendir())                                                                                       \
	X(flock, flock(file, LOCK_EX))                                                                                 \
	X(flock_nonblock, flock(file, LOCK_UN | LOCK_NB))                                                              \
	X(lockf_try, lockf(-1, F_TLOCK, 0))                                                                            \
	X(fcntl, fcntl(file, F_GETFL))                                                                                 \
	X(ioctl, ioctl(-1, FIONREAD, &taken))                                                                          \
	X(dup, dup(-1))                                                                                                \
	X(dup2, dup2(-1, -1))                                                                                          \
	X(close_range, close_range(1000000, 1000001, 0))                                                               \
	X(socket, socket(-1, -1, -1))                                                                                  \
	X(shutdown, shutdown(-1, SHUT_RD))                                                                             \
	X(lseek, (int)lseek(file, 0, SEEK_SET))                                                                        \
	X(semop, semop(-1, &operation, 1))                                                                             \
	X(semtimedop, semtimedop(-1, &operation, 1, &no_time))                                                         \
	X(sendfile, (int)sendfile(file, file, NULL, 0))                                                                \
	X(sendfile_nowhere, (int)sendfile(-1, -1, NULL, 1))                                                            \
	X(syncfs, syncfs(-1))                                                                                          \
	X(pthread_mutex_lock, pthread_mutex_lock(&mutex) | pthread_mutex_unlock(&mutex))                               \
	X(pthread_mutex_trylock, pthread_mutex_trylock(&mutex) | pthread_mutex_unlock(&mutex))                         \
	X(pthread_mutex_timedlock, pthread_mutex_timedlock(&mutex, &no_time) | pthread_mutex_unlock(&mutex))           \
	X(mtx_lock, mtx_lock(&mtx) | mtx_unlock(&mtx))                                                                 \
	X(pthread_rwlock_rdlock, LOCKS(pthread_rwlock_rd))                                                             \
	X(pthread_rwlock_wrlock, LOCKS(pthread_rwlock_wr))                                                             \
	X(pthread_rwlock_tryrdlock, LOCKS(pthread_rwlock_tryrd))                                                       \
	X(pthread_barrier_wait, pthread_barrier_wait(&barrier))                                                        \
	X(pthread_spin_lock, pthread_spin_lock(&spin) | pthread_spin_unlock(&spin))                                    \
	X(pthread_once, pthread_once(&once, do_nothing))                                                               \
	X(call_once, (call_once(&flag, do_nothing), 0))                                                                \
	X(pthread_cond_signal, pthread_cond_signal(&never))                                                            \
	X(pthread_cond_broadcast, pthread_cond_broadcast(&never))                                                      \
	X(sem_trywait, sem_trywait(&semaphore))                                                                        \
	X(sem_post, sem_post(&semaphore))                                                                              \
	X(sem_open, by_sem_open())                                                                                     \
	X(pthread_tryjoin_np, pthread_tryjoin_np(living, NULL))                                                        \
	X(pthread_kill, pthread_kill(living, 0))                                                                       \
	X(sigprocmask, pthread_sigmask(SIG_BLOCK, &usr1, NULL))                                                        \
	X(aio_read, aio_read(&request))                                                                                \
	X(aio_suspend_ended, by_aio_suspend_of_none())                                                                 \
	X(lio_listio, by_list())                                                                                       \
	X(gai_suspend, gai_suspend(NULL, 0, &no_time))                                                                 \
	X(getrlimit, getrlimit(RLIMIT_NOFILE, &limit))                                                                 \
	X(getentropy, getentropy(bytes, 1))                                                                            \
	X(posix_spawn, by_spawn())                                                                                     \
	X(popen, (command = popen("exit 0", "r")) == NULL)                                                             \
	X(pclose, pclose(command))                                                                                     \
	X(execve, execve("/nonexistent/x", no_command, environ))                                                       \
	X(getpid, getpid())                                                                                            \
	X(malloc, (free(malloc(300000)), 0))                                                                           \
	X(syscall_read, (int)syscall(SYS_read, file, bytes, 0))                                                        \
	X(syscall_write, (int)syscall(SYS_write, file, bytes, 0))                                                      \
	X(syscall_close, (int)syscall(SYS_close, -1))                                                                  \
	X(syscall_openat, (int)syscall(SYS_openat, AT_FDCWD, "/nonexistent/x", O_RDONLY))                              \
	X(syscall_ppoll, (int)syscall(SYS_ppoll, NULL, 0, &(struct timespec){0}, NULL, 0))                             \
	X(syscall_futex, (int)syscall(SYS_futex, &taken, 0, taken + 1, NULL))                                          \
	X(syscall_wait4, (int)syscall(SYS_wait4, -1, NULL, WNOHANG, NULL))                                             \
	X(syscall_nanosleep, (int)syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &no_time, NULL))

/* Points in some versions of libc and not in others: from 2.41 on the first, and before 2.43 the second, is none. */
#define EITHER(X)                                                                                                      \
	X(getrandom, getrandom(bytes, 1, 0))                                                                           \
	X(pthread_join_ended, pthread_join(ended, NULL))

#define FUNCTION(name, call)                                                                                           \
	static void call_##name(void)                                                                                  \
	{                                                                                                              \
		int answer = (int)(call);                                                                              \
                                                                                                                       \
		(void)answer;                                                                                          \
	}
POINTS(FUNCTION)
OTHERS(FUNCTION)
EITHER(FUNCTION)

struct call {
	const char *name;
	void (*call)(void);
};

#define ROW(name, call) {#name, call_##name},
static const struct call calls[] = {POINTS(ROW) OTHERS(ROW)}, either[] = {EITHER(ROW)};

enum { CALLS = sizeof(calls) / sizeof(*calls), EITHERS = sizeof(either) / sizeof(*either) };

static bool has_come_back, has_cleaned_up;

static void clean_up(void *unused)
{
	(void)unused;
	has_cleaned_up = true;
}

/* From here on a cancellation is pending. */
static void be_cancelled(void)
{
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	pthread_cancel(pthread_self());
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
}

static void *make(void *call)
{
	pthread_cleanup_push(clean_up, NULL);
	be_cancelled();
	(*(void (**)(void))call)();
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	has_come_back = true;
	pthread_cleanup_pop(0);
	return NULL;
}

static pthread_mutex_t of_ended;
static sem_t has_it;
static pid_t id_of_ended;

static void *end(void *unused)
{
	pthread_mutex_lock(&of_ended);
	id_of_ended = gettid();
	sem_post(&has_it);
	return unused;
}

/* Natively the kernel gives the mutex back a little before it tells who joins, and takes the thread's entry out last.
 */
static void make_ended(void)
{
	pthread_mutexattr_t robust;
	char name[40];

	pthread_mutexattr_init(&robust);
	pthread_mutexattr_setrobust(&robust, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&of_ended, &robust);
	sem_init(&has_it, 0, 0);
	must("pthread_create", -pthread_create(&ended, NULL, end, NULL));
	sem_wait(&has_it);
	say_error("owner", pthread_mutex_lock(&of_ended));
	snprintf(name, sizeof(name), "/proc/self/task/%d", (int)id_of_ended);
	while (access(name, F_OK) == 0)
		msleep(1);
}

static void *stay(void *unused)
{
	char byte;

	while (read(ends[0], &byte, 1) < 0)
		;
	return unused;
}

/* What can be cancelled at any time is, as soon as it may be. glibc 2.36 forgets what the thread then answers. */
static void *be_cancelled_at_once(void *unused)
{
	pthread_cleanup_push(clean_up, NULL);
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	pthread_cancel(pthread_self());
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	has_come_back = true;
	pthread_cleanup_pop(0);
	return unused;
}

static void *change_type(void *unused)
{
	pthread_cleanup_push(clean_up, NULL);
	be_cancelled();
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	has_come_back = true;
	pthread_cleanup_pop(0);
	return unused;
}

/* A cancellation point in a destructor: the thread has returned, and yet it was cancelled. */
static void destroy(void *unused)
{
	(void)unused;
	has_cleaned_up = true;
	pthread_testcancel();
	has_come_back = true;
}

static pthread_key_t key;

static void *be_cancelled_at_end(void *unused)
{
	pthread_setspecific(key, &key);
	be_cancelled();
	return unused;
}

static void *try_quietly(void *(*start)(void *), const void *arg)
{
	pthread_t thread;
	void *result;

	has_come_back = has_cleaned_up = false;
	must("pthread_create", -pthread_create(&thread, NULL, start, (void *)arg));
	must("pthread_join", -pthread_join(thread, &result));
	return result;
}

static void try(const char *name, void *(*start)(void *), const void *arg)
{
	const void *result = try_quietly(start, arg);

	printf("%s:%s%s%s\n", name, result == PTHREAD_CANCELED && start != be_cancelled_at_once ? " cancelled" : "",
	    has_cleaned_up ? ", cleaned up" : "", has_come_back ? ", came back" : "");
}

static void try_either(const struct call *call)
{
	bool is_cancelled = try_quietly(make, &call->call) == PTHREAD_CANCELED;

	printf("%s: ", call->name);
	say_whether(
	    "cancelled and cleaned up, or back", is_cancelled == has_cleaned_up && is_cancelled != has_come_back);
}

static FILE *stream_to_file(const char *name, int mode)
{
	FILE *opened = fopen(name, "w");

	setvbuf(opened, NULL, mode, BUFSIZ);
	return opened;
}

static void prepare(void)
{
	FILE *of_errors = freopen("errors", "w", stderr);

	must("freopen", of_errors ? 0 : -1);
	must("pipe", pipe(ends));
	file = must("open", open("file", O_CREAT | O_RDWR, 0600));
	stream = stream_to_file("stream", _IOFBF);
	full_stream = stream_to_file("unbuffered", _IONBF);
	sem_init(&semaphore, 0, 5);
	pthread_barrier_init(&barrier, NULL, 1);
	pthread_spin_init(&spin, 0);
	mtx_init(&mtx, mtx_plain);
	cnd_init(&cnd);
	pthread_key_create(&key, destroy);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &usr1, NULL);
	kill(getpid(), SIGUSR1);
	request = (struct aiocb){.aio_fildes = -1};
	waiting = (struct aiocb){.aio_fildes = must("eventfd", eventfd(0, 0)), .aio_buf = bytes, .aio_nbytes = 8};
	make_ended();
	must("pthread_create", -pthread_create(&living, NULL, stay, NULL));
	must("aio_read", aio_read(&waiting)); /* makes a thread of libc's own */
}

int main(void)
{
	prepare();
	for (int i = 0; i < CALLS; i++)
		try(calls[i].name, make, &calls[i].call);
	for (int i = 0; i < EITHERS; i++)
		try_either(&either[i]);
	try("asynchronous, enabled", be_cancelled_at_once, NULL);
	try("enabled, asynchronous", change_type, NULL);
	try("in a destructor", be_cancelled_at_end, NULL);
	must("write", write(ends[1], "x", 1));
	say_error("the other", pthread_join(living, NULL));
	must("eventfd_write", eventfd_write(waiting.aio_fildes, 1));
	return 0;
}
