#include "uncached_read.h"
#include "syscall_numbers.h"
#include <liburing.h>

struct reading {
	int fd, count;
	const struct iovec *iov;
	off_t position;
	int flags;
	long result;
};

static long ask(const struct reading *r, int flags)
{
	return raw_syscall(SYS_preadv2, r->fd, (long)r->iov, r->count, r->position, 0, r->flags | flags);
}

static void read_job(void *arg)
{
	struct reading *r = arg;

	r->result = ask(r, 0);
}

/* If preadv2 is refused: uses the call that the program has most likely made, or one with the same results. */
static ssize_t read_plainly(const struct reading *r)
{
	if (r->flags)
		return libc.preadv2(r->fd, r->iov, r->count, r->position, r->flags);
	if (r->count == 1)
		return r->position < 0 ? libc.read(r->fd, r->iov->iov_base, r->iov->iov_len)
				       : libc.pread(r->fd, r->iov->iov_base, r->iov->iov_len, r->position);
	return r->position < 0 ? libc.readv(r->fd, r->iov, r->count)
			       : libc.preadv(r->fd, r->iov, r->count, r->position);
}

/* Called after done bytes, if more were asked for. At the file's own position, that is then back where it was. */
static bool is_at_end(const struct reading *r, long done)
{
	char byte;
	const struct iovec one = {&byte, 1};
	struct reading probe = *r;
	long more;

	probe.iov = &one;
	probe.count = 1;
	if (r->position >= 0)
		probe.position += done;
	more = ask(&probe, RWF_NOWAIT);
	if (more && r->position < 0)
		raw_syscall(SYS_lseek, r->fd, -(done + (more > 0)), SEEK_CUR, 0, 0, 0);
	return more == 0;
}

static size_t size_of(const struct reading *r)
{
	size_t size = 0;

	for (int i = 0; i < r->count; i++)
		size += r->iov[i].iov_len;
	return size;
}

/* A read that was cut short is repeated with the rest: as one read, no other write comes between. */
static bool is_cut_short(const struct reading *r)
{
	return r->result > 0 && (size_t)r->result < size_of(r) && !is_at_end(r, r->result);
}

/*
 * Reads by io_uring. At the file's own position, which other greenlets may move meanwhile, the file is then read once
 * more, from the page cache: io_uring would not make sure that each reader gets bytes of its own. So reads that bypass
 * the page cache are left to an offload thread.
 */
static bool is_read_by_ring(struct blocking *call, struct reading *r)
{
	long at = r->position < 0 ? raw_syscall(SYS_lseek, r->fd, 0, SEEK_CUR, 0, 0, 0) : r->position;
	struct io_uring_sqe request = {0};

	if (at < 0 || (r->position < 0 && call->traits & FD_DIRECT))
		return false;
	io_uring_prep_readv2(&request, r->fd, r->iov, (unsigned)r->count, (uint64_t)at, r->flags);
	if (!is_made_by_ring(call, &request, &r->result))
		return false;
	if (r->position >= 0)
		return true;
	r->result = ask(r, RWF_NOWAIT);
	return r->result != -EAGAIN && !is_cut_short(r);
}

ssize_t read_uncached(struct blocking *call, const struct iovec *iov, int count, off_t position, int flags)
{
	struct reading r = {call->fd, count, iov, position, flags, 0};

	r.result = call->traits & FD_DIRECT ? -EAGAIN : ask(&r, RWF_NOWAIT);
	if (r.result == -EOPNOTSUPP) { /* of the file system, or of other flags */
		r.result = ask(&r, 0);
		if (!flags)
			fd_note(call->fd, FD_NO_NOWAIT, 0);
	} else if (r.result == -EAGAIN || is_cut_short(&r)) {
		if (!is_read_by_ring(call, &r))
			run_offloaded_briefly(call, read_job, &r);
	}
	if (r.result < 0 && nowait_is_refused(REFUSED_PREADV2, -r.result))
		return read_plainly(&r);
	return with_errno(r.result);
}
