/* poll and ppoll: the kernel is asked without waiting, and asked again each time a descriptor may have become ready. */
#include "../runtime/mask.h"
#include "blocking.h"
#include "deadline.h"
#include "probe.h"

static int poll_green(struct blocking *call, struct pollfd *fds, nfds_t n)
{
	static const struct timespec no_time;
	int ready, woken = 1;

	/* The last look comes after the deadline, as the kernel has it. */
	do
		ready = libc.ppoll(fds, n, &no_time, NULL);
	while (ready == 0 && woken > 0 && (woken = park_until_any(call, fds, n)) >= 0);
	return (int)settled(call, woken < 0 ? woken : ready);
}

int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	struct blocking call = blocking_until(CALL_poll, FOR_EVER);

	if (timeout == 0 || goes_native(&call))
		return libc.poll(fds, n, timeout);
	call.until.deadline = deadline_in(timeout);
	return poll_green(&call, fds, n);
}
synonym(__poll, poll);

static int ppoll_native(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	uint64_t before = lend_mask(mask);
	int ready = libc.ppoll(fds, n, timeout, mask);

	take_back_mask(mask, before);
	return ready;
}

int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	struct blocking call = blocking_until(CALL_ppoll, FOR_EVER);

	if (has_no_greenlets() || is_wild_set(mask))
		return libc.ppoll(fds, n, timeout, mask);
	if (goes_native(&call) || !lets_wait(timeout))
		return ppoll_native(fds, n, timeout, mask);
	call.until.deadline = deadline_of(timeout);
	call.until.mask = mask;
	return poll_green(&call, fds, n);
}
