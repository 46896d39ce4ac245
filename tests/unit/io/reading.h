/* What the suites of the ring share: requests that are under way for as long as one likes. */
#ifndef READING_H
#define READING_H

#include "runtime/io/ring.h"
#include "runtime/sched/hub.h"
#include "tests/unit/suite.h"
#include <fcntl.h>
#include <liburing.h>
#include <limits.h>

/* The reading of one byte from a pipe: under way until there is one. */
struct reading {
	int fd;
	char byte;
	bool is_carried_out;
	long result;
};

static inline void *read_byte(void *arg)
{
	struct reading *reading = arg;
	struct io_uring_sqe request = {0};

	io_uring_prep_read(&request, reading->fd, &reading->byte, 1, (uint64_t)-1);
	errno = 7;
	reading->is_carried_out = ring_carries_out(&request, &reading->result);
	ck_assert_int_eq(errno, 7);
	return arg;
}

static inline long read_byte_of(int fd)
{
	struct reading reading = {.fd = fd};

	read_byte(&reading);
	ck_assert(reading.is_carried_out);
	return reading.result;
}

static inline void make_pipe(int ends[2])
{
	ck_assert_int_eq(pipe(ends), 0);
}

static inline void give(int fd, size_t count)
{
	while (count-- > 0)
		ck_assert_int_eq(write(fd, "x", 1), 1);
}

static inline int count_own(void)
{
	int fd, count = 0;

	for (fd = next_own_fd(0); fd != INT_MAX; fd = next_own_fd(fd + 1)) {
		ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
		count++;
	}
	return count;
}

/* False where the kernel gives none, at least not as we want it. */
static inline bool has_ring(void)
{
	struct io_uring ring;

	if (io_uring_queue_init(1, &ring, IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN) < 0)
		return false;
	io_uring_queue_exit(&ring);
	return true;
}

#endif
