/*
 * open and its variants. Only two kinds of file make open wait for long: a FIFO for its other side, a terminal for its
 * line. Such an open cannot be started and then completed on an event, so an offload thread waits in it.
 */
#include "preload/core/blocking.h"
#include "preload/core/options.h"
#include "preload/core/syscall_numbers.h"
#include "procfs.h"
#include "raw.h"
#include "runtime/sys/user_memory.h"
#include <liburing.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* The arguments of openat, and the result. */
struct open_job {
	int dir;
	const char *path;
	int flags;
	mode_t mode;
	int fd, error;
	bool is_left; /* open_if_quick() has found that it may wait */
};

static void open_natively(void *arg)
{
	struct open_job *job = arg;

	job->fd = libc.openat(job->dir, job->path, job->flags, job->mode);
	job->error = errno;
}

static void open_offloaded(struct blocking *call, struct open_job *job)
{
	const long waiting[7] = {SYS_openat, job->dir, (long)job->path, job->flags, job->mode};

	job->fd = (int)make_call_offloaded(call, waiting);
	job->error = errno;
}

/* O_PATH, O_DIRECTORY (which O_TMPFILE includes) and O_EXCL never get as far as waiting. */
static bool never_waits(int flags)
{
	return flags & (O_NONBLOCK | O_PATH | O_DIRECTORY) || (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);
}

/*
 * A FIFO opened for both reading and writing has both sides. Only the driver knows which character devices are
 * terminals; memory devices such as /dev/null are not.
 */
static bool waits_for(mode_t mode, unsigned device, int flags)
{
	return (S_ISFIFO(mode) && (flags & O_ACCMODE) != O_RDWR) || (S_ISCHR(mode) && device != 1);
}

static int way_of_looking(const struct open_job *job)
{
	return AT_EMPTY_PATH | (job->flags & O_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0);
}

static bool may_wait(const struct open_job *job)
{
	struct stat st;

	return !never_waits(job->flags) && libc.fstatat(job->dir, job->path, &st, way_of_looking(job)) == 0 &&
	       waits_for(st.st_mode, major(st.st_rdev), job->flags);
}

/* Opens the file unless that may wait for long. May block on the disk or a file server, see run_offloaded_briefly(). */
static void open_if_quick(void *arg)
{
	struct open_job *job = arg;

	job->is_left = may_wait(job);
	if (!job->is_left)
		open_natively(job);
}

/* False if io_uring is not available. */
static bool looks_by_ring(struct blocking *call, struct open_job *job)
{
	struct io_uring_sqe request = {0};
	struct statx status = {0};
	long result;

	io_uring_prep_statx(&request, job->dir, job->path, way_of_looking(job), STATX_TYPE, &status);
	if (!is_made_by_ring(call, &request, &result))
		return false;
	job->is_left = result == 0 && waits_for(status.stx_mode, status.stx_rdev_major, job->flags);
	return true;
}

static bool opens_by_ring(struct blocking *call, struct open_job *job)
{
	struct io_uring_sqe request = {0};
	long result;

	if (!never_waits(job->flags) && !looks_by_ring(call, job))
		return false;
	if (job->is_left)
		return true;
	io_uring_prep_openat(&request, job->dir, job->path, job->flags, job->mode);
	if (!is_made_by_ring(call, &request, &result))
		return false;
	job->fd = result < 0 ? -1 : (int)result;
	job->error = (int)-result;
	return true;
}

static void open_by_helpers(struct blocking *call, struct open_job *job)
{
	job->is_left = call_is_off[CALL_stat] && may_wait(job);
	if (!call_is_off[CALL_stat] && !opens_by_ring(call, job))
		run_offloaded_briefly(call, open_if_quick, job);
	else if (call_is_off[CALL_stat] && !job->is_left)
		open_natively(job);
	if (job->is_left)
		open_offloaded(call, job);
}

/*
 * An entry of the file-descriptor table for a new descriptor belongs to one that was closed without our notice. That
 * the new one is private is noted only if there are greenlets: noting may call malloc, and malloc may have made this
 * open.
 */
static int noted(int fd, int flags)
{
	if (fd >= 0 && self) {
		fd_born(fd, 0);
		fd_note(fd, flags & O_DIRECT ? FD_DIRECT : 0, 0);
	} else if (fd >= 0 && fd_traits(fd)) {
		fd_forget(fd);
	}
	return fd;
}

/* For a file that is a greenlet's, which the kernel does not know, or takes for another thread's. */
static SELDOM void open_again(struct open_job *job)
{
	int fd;

	if (!open_of_greenlet(job->dir, job->path, job->flags, &fd))
		return;
	job->error = errno;
	if (job->fd >= 0)
		libc.close(job->fd);
	job->fd = fd;
}

static int open_greenly(enum call which, struct open_job *job)
{
	struct blocking call = blocking_on(which, -1, 0);
	int errno_before = errno;

	if (goes_native(&call))
		open_natively(job);
	else
		open_by_helpers(&call, job);
	if (unlikely(may_be_of_greenlet(job->path, job->fd < 0 ? job->error : 0)))
		open_again(job);
	errno = job->fd < 0 ? job->error : errno_before;
	return noted((int)settled(&call, job->fd), job->flags);
}

/* The mode argument exists only if a file may be created. */
static bool has_mode(int flags)
{
	return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE;
}

static int do_open(const char *path, int flags, ...)
{
	struct open_job job = {.dir = AT_FDCWD, .path = path, .flags = flags};
	va_list rest;

	va_start(rest, flags);
	if (has_mode(flags))
		job.mode = va_arg(rest, mode_t);
	va_end(rest);
	return likely(!self) ? noted(libc.open(path, flags, job.mode), flags) : open_greenly(CALL_open, &job);
}
synonym(open, do_open);
synonym(open64, do_open);
synonym(__open, do_open);
synonym(__open64, do_open);

static int do_openat(int dir, const char *path, int flags, ...)
{
	struct open_job job = {.dir = dir, .path = path, .flags = flags};
	va_list rest;

	va_start(rest, flags);
	if (has_mode(flags))
		job.mode = va_arg(rest, mode_t);
	va_end(rest);
	return likely(!self) ? noted(libc.openat(dir, path, flags, job.mode), flags) : open_greenly(CALL_openat, &job);
}
synonym(openat, do_openat);
synonym(openat64, do_openat);

/* If `resolve` affects where the path leads, only the kernel knows the file: O_PATH gets there and does not wait. */
static bool may_wait_as_told(const struct open_job *job, const struct open_how *how)
{
	struct open_how look = {.flags = O_PATH | O_CLOEXEC | (how->flags & O_NOFOLLOW), .resolve = how->resolve};
	struct open_job there = *job;
	bool waits;

	if (!how->resolve)
		return may_wait(job);
	there.dir = (int)raw_syscall(SYS_openat2, job->dir, (long)job->path, (long)&look, sizeof(look), 0, 0);
	if (there.dir < 0)
		return false;
	there.path = "";
	waits = may_wait(&there);
	raw_syscall(SYS_close, there.dir, 0, 0, 0, 0, 0);
	return waits;
}

/* If the file was opened, the kernel was able to read *how. */
static int noted_as_told(int fd, const struct open_how *how)
{
	return noted(fd, fd < 0 ? 0 : (int)how->flags);
}

/* An older libc has no such function. */
static int open_as_told_natively(enum call which, const long a[5])
{
	int before = errno, fd;

	if (which == CALL_openat2) {
		fd = libc.openat2((int)a[1], (const char *)a[2], (const struct open_how *)a[3], (size_t)a[4]);
		if (fd >= 0 || errno != ENOSYS)
			return fd;
		errno = before;
	}
	return (int)libc.syscall(SYS_openat2, a[1], a[2], a[3], a[4], 0, 0);
}

static int open_as_told(enum call which, int dir, const char *path, const struct open_how *how, size_t size)
{
	const long waiting[7] = {SYS_openat2, dir, (long)path, (long)how, (long)size};
	struct open_job job = {.dir = dir, .path = path};
	struct blocking call = blocking_on(which, -1, 0);

	if (goes_native(&call) || size < sizeof(*how) || !is_readable(&how->flags) || !is_readable(&how->resolve))
		return noted_as_told(open_as_told_natively(which, waiting), how);
	job.flags = (int)how->flags;
	if (may_wait_as_told(&job, how))
		job.fd = (int)make_call_offloaded(&call, waiting);
	else
		job.fd = (int)libc.syscall(SYS_openat2, dir, path, how, size, 0, 0);
	return noted((int)settled(&call, job.fd), job.flags);
}

long raw_openat2(long dir, long path, long told, long size, long e, long f)
{
	(void)e;
	(void)f;
	return open_as_told(CALL_openat, (int)dir, (const char *)path, (const struct open_how *)told, (size_t)size);
}

int openat2(int dir, const char *path, const struct open_how *how, size_t size)
{
	return open_as_told(CALL_openat2, dir, path, how, size);
}

int creat(const char *path, mode_t mode)
{
	struct open_job job = {AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode, -1, 0, false};

	return likely(!self) ? noted(libc.creat(path, mode), 0) : open_greenly(CALL_creat, &job);
}
synonym(creat64, creat);

int open_by_handle_at(int mount, struct file_handle *handle, int flags)
{
	act_on_cancellation(CALL_open_by_handle_at);
	return noted(libc.open_by_handle_at(mount, handle, flags), flags);
}

/* The names that code built with _FORTIFY_SOURCE calls take no mode. Where one is needed, libc ends the program. */
int __open_2(const char *path, int flags)
{
	return has_mode(flags) ? libc.__open_2(path, flags) : do_open(path, flags);
}

int __open64_2(const char *path, int flags)
{
	return has_mode(flags) ? libc.__open64_2(path, flags) : do_open(path, flags);
}

int __openat_2(int dir, const char *path, int flags)
{
	return has_mode(flags) ? libc.__openat_2(dir, path, flags) : do_openat(dir, path, flags);
}

int __openat64_2(int dir, const char *path, int flags)
{
	return has_mode(flags) ? libc.__openat64_2(dir, path, flags) : do_openat(dir, path, flags);
}
