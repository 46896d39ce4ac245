#include "uring_op.h"
#include <fcntl.h>
#include <liburing.h>

/* io_uring has fallocate, too, but does not know to which thread to send SIGXFSZ. */
static bool prepare_write_back(struct io_uring_sqe *request, enum call call, const long *a)
{
	int fd = (int)a[0];

	switch (call) {
	case CALL_fsync:
		io_uring_prep_fsync(request, fd, 0);
		return true;
	case CALL_fdatasync:
		io_uring_prep_fsync(request, fd, IORING_FSYNC_DATASYNC);
		return true;
	case CALL_sync_file_range:
		io_uring_prep_sync_file_range(request, fd, (unsigned)a[2], (uint64_t)a[1], (int)a[3]);
		return a[2] >= 0 && a[2] <= UINT32_MAX;
	default:
		return false;
	}
}

static void prepare_rename(struct io_uring_sqe *request, int from_dir, long from, int to_dir, long to, unsigned flags)
{
	io_uring_prep_renameat(request, from_dir, (const char *)from, to_dir, (const char *)to, flags);
}

static bool prepare_names(struct io_uring_sqe *request, enum call call, const long *a)
{
	const char *path = (const char *)a[0], *path_in_dir = (const char *)a[1];
	int dir = (int)a[0];

	switch (call) {
	case CALL_rename:
		prepare_rename(request, AT_FDCWD, a[0], AT_FDCWD, a[1], 0);
		return true;
	case CALL_renameat:
		prepare_rename(request, dir, a[1], (int)a[2], a[3], 0);
		return true;
	case CALL_renameat2:
		prepare_rename(request, dir, a[1], (int)a[2], a[3], (unsigned)a[4]);
		return true;
	case CALL_unlink:
		io_uring_prep_unlinkat(request, AT_FDCWD, path, 0);
		return true;
	case CALL_rmdir:
		io_uring_prep_unlinkat(request, AT_FDCWD, path, AT_REMOVEDIR);
		return true;
	case CALL_unlinkat:
		io_uring_prep_unlinkat(request, dir, path_in_dir, (int)a[2]);
		return true;
	case CALL_mkdir:
		io_uring_prep_mkdirat(request, AT_FDCWD, path, (mode_t)a[1]);
		return true;
	case CALL_mkdirat:
		io_uring_prep_mkdirat(request, dir, path_in_dir, (mode_t)a[2]);
		return true;
	default:
		return false;
	}
}

bool is_prepared_for_ring(struct io_uring_sqe *request, enum call call, const long *a)
{
	if (call != CALL_statx)
		return prepare_names(request, call, a) || prepare_write_back(request, call, a);
	io_uring_prep_statx(request, (int)a[0], (const char *)a[1], (int)a[2], (unsigned)a[3], (struct statx *)a[4]);
	return true;
}
