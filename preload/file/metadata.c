/*
 * Calls that wait for nothing but the disk or the file server, and that have no non-blocking form: io_uring makes them,
 * or else an offload thread. Calls that write back memory always go there. The others, which nearly always find in
 * memory what they look for and are frequent, go there only if `file` is requested by name.
 */
#include "preload/core/blocking.h"
#include "procfs.h"
#include "raw.h"
#include "uring_op.h"
#include <liburing.h>

/* Any of libc's functions, called with longs: see preload/syscall/syscall.c. */
struct helped {
	long (*function)(long a, long b, long c, long d, long e, long f);
	long arguments[5];
	long result;
	int error;
};

static void call_function(void *arg)
{
	struct helped *h = arg;
	const long *a = h->arguments;

	h->result = h->function(a[0], a[1], a[2], a[3], a[4], 0);
	h->error = errno;
}

static long make_call(enum call which, struct helped *h)
{
	struct blocking call = blocking_on(which, -1, 0);
	const long *a = h->arguments;
	struct io_uring_sqe request = {0};

	if (goes_native(&call))
		return h->function(a[0], a[1], a[2], a[3], a[4], 0);
	if (is_prepared_for_ring(&request, which, a) && is_made_by_ring(&call, &request, &h->result))
		return with_errno(h->result);
	run_offloaded_briefly(&call, call_function, h);
	if ((int)h->result == -1 || (which == CALL_opendir && !h->result))
		errno = h->error;
	return h->result;
}

static long ask(enum call which, void *function, long a, long b, long c, long d, long e)
{
	struct helped h = {.function = function, .arguments = {a, b, c, d, e}};

	return make_call(which, &h);
}

/*
 * The same for a call on the file of this path. The path is argument number `place`; if it is not the first argument, a
 * directory precedes it. The file may be a greenlet's, which the kernel does not know.
 */
static long ask_of_path(enum call which, void *function, int place, long a, long b, long c, long d, long e)
{
	struct helped h = {.function = function, .arguments = {a, b, c, d, e}};
	long result = make_call(which, &h);
	bool failed = which == CALL_opendir ? !result : (int)result == -1;
	char known[PROC_PATH];

	if (likely(!failed || !may_be_of_greenlet((const char *)h.arguments[place], errno)) ||
	    !path_of_os_thread(place ? (int)a : AT_FDCWD, (const char *)h.arguments[place], known))
		return result;
	h.arguments[place] = (long)known;
	return make_call(which, &h);
}

int fsync(int fd)
{
	return (int)ask(CALL_fsync, libc.fsync, fd, 0, 0, 0, 0);
}

int fdatasync(int fd)
{
	return (int)ask(CALL_fdatasync, libc.fdatasync, fd, 0, 0, 0, 0);
}

int sync_file_range(int fd, off64_t from, off64_t count, unsigned flags)
{
	return (int)ask(CALL_sync_file_range, libc.sync_file_range, fd, from, count, flags, 0);
}

int msync(void *address, size_t length, int flags)
{
	return (int)ask(CALL_msync, libc.msync, (long)address, (long)length, flags, 0, 0);
}

int syncfs(int fd)
{
	return (int)ask(CALL_syncfs, libc.syncfs, fd, 0, 0, 0, 0);
}

void sync(void)
{
	ask(CALL_sync, libc.sync, 0, 0, 0, 0, 0);
}

/* The system call answers. */
long raw_sync(long a, long b, long c, long d, long e, long f)
{
	(void)a;
	(void)b;
	(void)c;
	(void)d;
	(void)e;
	(void)f;
	ask(CALL_sync, libc.sync, 0, 0, 0, 0, 0);
	return 0;
}

DIR *opendir(const char *path)
{
	return (DIR *)ask_of_path(CALL_opendir, libc.opendir, 0, (long)path, 0, 0, 0, 0);
}

int statx(int dir, const char *restrict path, int flags, unsigned mask, struct statx *restrict status)
{
	return (int)ask_of_path(CALL_statx, libc.statx, 1, dir, (long)path, flags, mask, (long)status);
}

int access(const char *path, int mode)
{
	return (int)ask_of_path(CALL_access, libc.access, 0, (long)path, mode, 0, 0, 0);
}

int faccessat(int dir, const char *path, int mode, int flags)
{
	return (int)ask_of_path(CALL_faccessat, libc.faccessat, 1, dir, (long)path, mode, flags, 0);
}

/* The system call has no flags. */
long raw_faccessat(long dir, long path, long mode, long d, long e, long f)
{
	(void)d;
	(void)e;
	(void)f;
	return (int)ask_of_path(CALL_faccessat, libc.faccessat, 1, dir, path, (int)mode, 0, 0);
}

static ssize_t do_readlink(const char *restrict path, char *restrict target, size_t size)
{
	ssize_t n = ask_of_path(CALL_readlink, libc.readlink, 0, (long)path, (long)target, (long)size, 0, 0);

	if (unlikely(n > 0 && may_be_of_greenlet(path, 0)))
		link_of_greenlet(path, target, size, &n);
	return n;
}
synonym(readlink, do_readlink);

static ssize_t do_readlinkat(int dir, const char *restrict path, char *restrict target, size_t size)
{
	ssize_t n = ask_of_path(CALL_readlinkat, libc.readlinkat, 1, dir, (long)path, (long)target, (long)size, 0);

	if (unlikely(n > 0 && may_be_of_greenlet(path, 0)))
		link_of_greenlet(path, target, size, &n);
	return n;
}
synonym(readlinkat, do_readlinkat);

/* The names that code built with _FORTIFY_SOURCE calls, see __read_chk(). */
ssize_t __readlink_chk(const char *restrict path, char *restrict target, size_t count, size_t size)
{
	return count > size ? libc.__readlink_chk(path, target, count, size) : do_readlink(path, target, count);
}

ssize_t __readlinkat_chk(int dir, const char *restrict path, char *restrict target, size_t count, size_t size)
{
	if (count > size)
		return libc.__readlinkat_chk(dir, path, target, count, size);
	return do_readlinkat(dir, path, target, count);
}

int rename(const char *from, const char *to)
{
	return (int)ask(CALL_rename, libc.rename, (long)from, (long)to, 0, 0, 0);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return (int)ask(CALL_renameat, libc.renameat, from_dir, (long)from, to_dir, (long)to, 0);
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	return (int)ask(CALL_renameat2, libc.renameat2, from_dir, (long)from, to_dir, (long)to, flags);
}

int unlink(const char *path)
{
	return (int)ask(CALL_unlink, libc.unlink, (long)path, 0, 0, 0, 0);
}

int unlinkat(int dir, const char *path, int flags)
{
	return (int)ask(CALL_unlinkat, libc.unlinkat, dir, (long)path, flags, 0, 0);
}

int mkdir(const char *path, mode_t mode)
{
	return (int)ask(CALL_mkdir, libc.mkdir, (long)path, mode, 0, 0, 0);
}

int mkdirat(int dir, const char *path, mode_t mode)
{
	return (int)ask(CALL_mkdirat, libc.mkdirat, dir, (long)path, mode, 0, 0);
}

int rmdir(const char *path)
{
	return (int)ask(CALL_rmdir, libc.rmdir, (long)path, 0, 0, 0, 0);
}

int truncate(const char *path, off_t length)
{
	return (int)written_by(-1, 0, (int)ask(CALL_truncate, libc.truncate, (long)path, length, 0, 0, 0));
}

synonym(truncate64, truncate);

int ftruncate(int fd, off_t length)
{
	return (int)written_by(fd, 0, (int)ask(CALL_ftruncate, libc.ftruncate, fd, length, 0, 0, 0));
}

synonym(ftruncate64, ftruncate);

int fallocate(int fd, int mode, off_t from, off_t length)
{
	return (int)written_by(fd, 0, (int)ask(CALL_fallocate, libc.fallocate, fd, mode, from, length, 0));
}

synonym(fallocate64, fallocate);

int posix_fallocate(int fd, off_t from, off_t length)
{
	int before = errno, error = (int)ask(CALL_posix_fallocate, libc.posix_fallocate, fd, from, length, 0, 0);

	errno = error;
	written_by(fd, 0, error ? -1 : 0);
	errno = before;
	return error;
}

synonym(posix_fallocate64, posix_fallocate);
