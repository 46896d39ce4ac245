/*
 * The rings of programs that use liburing. Its system calls are in its own code, so its functions that wait are hooked:
 * a ring can be polled like any descriptor.
 */
#include "preload/core/blocking.h"
#include "preload/core/deadline.h"

/*
 * The interval between polls if some of the wanted completions are there: then the ring stays ready and reports no
 * more.
 */
#define NAP NANOS_PER_MSEC

struct ring_wait {
	struct blocking call;
	struct io_uring *ring;
	struct io_uring_cqe **first;
	unsigned wanted;
};

/* False if the call is to be made unchanged. */
static bool begin_ring_wait(struct ring_wait *wait, const struct __kernel_timespec *limit, sigset_t *mask)
{
	struct wait_options *until = &wait->call.until;

	if (has_no_greenlets() || !wait->wanted)
		return false;
	if (goes_native(&wait->call))
		return false;
	until->deadline = deadline_of((const struct timespec *)limit);
	until->mask = mask;
	until->on_signal = SIGNAL_ENDS;
	return true;
}

/* The error is the result: liburing leaves errno alone. */
static int end_ring_wait(struct ring_wait *wait, int result)
{
	if (result == -ECANCELED)
		act_on_cancellation(wait->call.call);
	errno = wait->call.errno_before;
	return result;
}

/* Takes the completions that are there; the call makes the kernel finish deferred work. -EAGAIN: not enough. */
static int look(struct ring_wait *wait)
{
	int result = libc.__io_uring_get_cqe(wait->ring, wait->first, 0, 0, NULL);

	return !result && io_uring_cq_ready(wait->ring) < wait->wanted ? -EAGAIN : result;
}

static int park_on_ring(struct ring_wait *wait)
{
	const struct pollfd ready = {.fd = wait->ring->ring_fd, .events = POLLIN};
	int n = park_until_any(&wait->call, &ready, 1);

	if (n)
		return n > 0 ? 0 : -errno;
	return wait->call.over == EINTR ? -EINTR : -ETIME;
}

static int nap(struct ring_wait *wait)
{
	const nanos deadline = wait->call.until.deadline, next = nanos_add(clock_now(), NAP);
	int error;

	wait->call.until.deadline = next < deadline ? next : deadline;
	error = park_for(&wait->call);
	wait->call.until.deadline = deadline;
	if (error == ETIMEDOUT)
		return clock_now() < deadline ? 0 : -ETIME;
	return -error;
}

static int wait_in_ring(struct ring_wait *wait)
{
	int result, parked = 0;

	while ((result = look(wait)) == -EAGAIN && parked == 0)
		parked = io_uring_cq_ready(wait->ring) ? nap(wait) : park_on_ring(wait);
	return result == -EAGAIN ? parked : result;
}

/*
 * liburing is loaded by now, because it makes this call: but functions may be missing, if it is older than our headers.
 */
static struct ring_wait wait_of(enum call which, struct io_uring *ring, struct io_uring_cqe **first, unsigned wanted)
{
	if (!libc.__io_uring_get_cqe)
		libc_find_foreign();
	fd_doubt_all();
	return (struct ring_wait){.call = blocking_on(which, -1, 0), .ring = ring, .first = first, .wanted = wanted};
}

/* The waiting part of io_uring_wait_cqe() and its variants, which are in the header. */
int __io_uring_get_cqe(
    struct io_uring *ring, struct io_uring_cqe **first, unsigned submit, unsigned wanted, sigset_t *mask)
{
	struct ring_wait wait = wait_of(CALL___io_uring_get_cqe, ring, first, wanted);

	if (submit || !begin_ring_wait(&wait, NULL, mask))
		return libc.__io_uring_get_cqe(ring, first, submit, wanted, mask);
	return end_ring_wait(&wait, wait_in_ring(&wait));
}

int io_uring_wait_cqes(struct io_uring *ring, struct io_uring_cqe **first, unsigned wanted,
    struct __kernel_timespec *limit, sigset_t *mask)
{
	struct ring_wait wait = wait_of(CALL_io_uring_wait_cqes, ring, first, wanted);

	if (!begin_ring_wait(&wait, limit, mask))
		return libc.io_uring_wait_cqes(ring, first, wanted, limit, mask);
	return end_ring_wait(&wait, wait_in_ring(&wait));
}

int io_uring_wait_cqe_timeout(struct io_uring *ring, struct io_uring_cqe **first, struct __kernel_timespec *limit)
{
	struct ring_wait wait = wait_of(CALL_io_uring_wait_cqe_timeout, ring, first, 1);

	if (!begin_ring_wait(&wait, limit, NULL))
		return libc.io_uring_wait_cqe_timeout(ring, first, limit);
	return end_ring_wait(&wait, wait_in_ring(&wait));
}

/* The number of submitted requests takes precedence over the result of the wait. */
static int submit_and_wait(struct ring_wait *wait)
{
	int submitted = libc.io_uring_submit_and_wait(wait->ring, 0), result;

	if (submitted < 0)
		return submitted;
	result = wait_in_ring(wait);
	return submitted ? submitted : result;
}

int io_uring_submit_and_wait(struct io_uring *ring, unsigned wanted)
{
	struct io_uring_cqe *first;
	struct ring_wait wait = wait_of(CALL_io_uring_submit_and_wait, ring, &first, wanted);

	if (!begin_ring_wait(&wait, NULL, NULL))
		return libc.io_uring_submit_and_wait(ring, wanted);
	return end_ring_wait(&wait, submit_and_wait(&wait));
}

int io_uring_submit_and_wait_timeout(struct io_uring *ring, struct io_uring_cqe **first, unsigned wanted,
    struct __kernel_timespec *limit, sigset_t *mask)
{
	struct ring_wait wait = wait_of(CALL_io_uring_submit_and_wait_timeout, ring, first, wanted);

	if (!begin_ring_wait(&wait, limit, mask))
		return libc.io_uring_submit_and_wait_timeout(ring, first, wanted, limit, mask);
	return end_ring_wait(&wait, submit_and_wait(&wait));
}
