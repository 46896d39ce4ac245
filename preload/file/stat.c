/* stat and its variants, which wait as the calls in metadata.c do. io_uring has them as statx only. */
#include "preload/core/blocking.h"
#include "procfs.h"
#include "runtime/sys/user_memory.h"
#include <liburing.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

struct look {
	int dir;
	const char *path;
	struct stat *status;
	int flags;
	int result, error;
};

static void look_natively(void *arg)
{
	struct look *look = arg;

	look->result = libc.fstatat(look->dir, look->path, look->status, look->flags);
	look->error = errno;
}

static struct timespec time_of(const struct statx_timestamp *t)
{
	return (struct timespec){t->tv_sec, t->tv_nsec};
}

/* As in the kernel, with zeros in the padding. */
static struct stat status_of(const struct statx *from)
{
	struct stat status;

	memset(&status, 0, sizeof(status));
	status.st_dev = makedev(from->stx_dev_major, from->stx_dev_minor);
	status.st_ino = from->stx_ino;
	status.st_mode = from->stx_mode;
	status.st_nlink = from->stx_nlink;
	status.st_uid = from->stx_uid;
	status.st_gid = from->stx_gid;
	status.st_rdev = makedev(from->stx_rdev_major, from->stx_rdev_minor);
	status.st_size = (off_t)from->stx_size;
	status.st_blksize = (blksize_t)from->stx_blksize;
	status.st_blocks = (blkcnt_t)from->stx_blocks;
	status.st_atim = time_of(&from->stx_atime);
	status.st_mtim = time_of(&from->stx_mtime);
	status.st_ctim = time_of(&from->stx_ctime);
	return status;
}

static bool is_writable_status(const struct stat *status)
{
	return is_writable(status) && is_writable((const char *)(status + 1) - sizeof(struct timespec));
}

static bool is_seen_by_ring(struct blocking *call, struct look *look)
{
	struct io_uring_sqe request = {0};
	struct statx status;
	long result;

	io_uring_prep_statx(&request, look->dir, look->path, look->flags | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &status);
	if (!is_made_by_ring(call, &request, &result))
		return false;
	if (result == 0 && !is_writable_status(look->status))
		result = -EFAULT;
	else if (result == 0)
		*look->status = status_of(&status);
	look->result = result < 0 ? -1 : 0;
	look->error = (int)-result;
	return true;
}

/* For a file that is a greenlet's, which the kernel does not know. */
static SELDOM void look_again(struct look *look)
{
	char known[PROC_PATH];
	const char *asked = look->path;

	if (!path_of_os_thread(look->dir, asked, known))
		return;
	look->path = known;
	look_natively(look);
	look->path = asked;
}

static int look_at(enum call which, int dir, const char *path, void *status, int flags)
{
	struct blocking call = blocking_on(which, -1, 0);
	struct look look = {.dir = dir, .path = path, .status = status, .flags = flags};

	if (goes_native(&call))
		look_natively(&look);
	else if (!is_seen_by_ring(&call, &look))
		run_offloaded_briefly(&call, look_natively, &look);
	if (unlikely(look.result < 0 && may_be_of_greenlet(path, look.error)))
		look_again(&look);
	if (look.result < 0)
		errno = look.error;
	return look.result;
}

int stat(const char *restrict path, struct stat *restrict status)
{
	return look_at(CALL_stat, AT_FDCWD, path, status, 0);
}

int lstat(const char *restrict path, struct stat *restrict status)
{
	return look_at(CALL_lstat, AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}

int fstatat(int dir, const char *restrict path, struct stat *restrict status, int flags)
{
	return look_at(CALL_fstatat, dir, path, status, flags);
}

int stat64(const char *restrict path, struct stat64 *restrict status)
{
	return look_at(CALL_stat64, AT_FDCWD, path, status, 0);
}

int lstat64(const char *restrict path, struct stat64 *restrict status)
{
	return look_at(CALL_lstat64, AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}

int fstatat64(int dir, const char *restrict path, struct stat64 *restrict status, int flags)
{
	return look_at(CALL_fstatat64, dir, path, status, flags);
}

/*
 * As libc's headers called them before 2.33, with the version of the structure. Versions that are not known are libc's
 * to refuse.
 */
static bool is_known(int version)
{
	int before = errno;
	struct stat unused;
	bool known = libc.__xstat(version, "", &unused) == 0 || errno != EINVAL;

	errno = before;
	return known;
}

int __xstat(int version, const char *path, struct stat *status)
{
	if (has_no_greenlets() || !is_known(version))
		return libc.__xstat(version, path, status);
	return look_at(CALL_stat, AT_FDCWD, path, status, 0);
}
synonym(__xstat64, __xstat);

int __lxstat(int version, const char *path, struct stat *status)
{
	if (has_no_greenlets() || !is_known(version))
		return libc.__lxstat(version, path, status);
	return look_at(CALL_lstat, AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}
synonym(__lxstat64, __lxstat);

int __fxstatat(int version, int dir, const char *path, struct stat *status, int flags)
{
	if (has_no_greenlets() || !is_known(version))
		return libc.__fxstatat(version, dir, path, status, flags);
	return look_at(CALL_fstatat, dir, path, status, flags);
}
synonym(__fxstatat64, __fxstatat);
