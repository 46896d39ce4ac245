/* poll and ppoll: the kernel is asked without waiting, and asked again each time a descriptor may have become ready. */
#include "calls.h"
#include "preload/core/blocking.h"
#include "preload/core/deadline.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/mask.h"
#include "runtime/sys/user_memory.h"

/* Larger sets are not noted one by one: compared with them the poll itself costs little. */
#define FEW 8

/*
 * Notes what a poll has found, so that the next wait for the same descriptor parks at once: many callers poll before
 * they wait.
 */
static int noted(const struct pollfd *fds, nfds_t n, int ready)
{
	nfds_t i;

	for (i = 0; i < n && n <= FEW && ready >= 0; i++) {
		if (fds[i].fd < 0 || !(fds[i].events & POLLIN))
			continue;
		if (fds[i].revents)
			fd_note(fds[i].fd, 0, FD_READ_DRAINED);
		else
			fd_note(fds[i].fd, FD_READ_DRAINED, 0);
	}
	return ready;
}

/* True for memory on our stack, which is readable for sure; for any other memory only the kernel knows. */
static bool is_on_our_stack(const void *from, const void *to)
{
	return from > __builtin_frame_address(0) && to <= self->mem.high;
}

/*
 * True if, as far as is known, a poll would find nothing; then leaves the array as the poll would have. If that is no
 * longer so, the wait ends at once.
 */
static bool is_drained(struct pollfd *fds, nfds_t n)
{
	nfds_t i;

	if (n == 0 || n > FEW || !is_on_our_stack(fds, fds + n))
		return false;
	for (i = 0; i < n; i++) {
		if (fds[i].fd < 0 || fds[i].events != POLLIN || !(fd_traits(fds[i].fd) & FD_READ_DRAINED))
			return false;
		fds[i].revents = 0;
	}
	return true;
}

/* Polls by the call that the program makes: if a sandbox refuses the other one, the program must not see that. */
static int look(enum call which, struct pollfd *fds, nfds_t n)
{
	static const struct timespec no_time;

	return noted(fds, n, which == CALL_poll ? libc.poll(fds, n, 0) : libc.ppoll(fds, n, &no_time, NULL));
}

/* As many as fit on two pages. */
#define SOME 64

static bool are_readable(const struct pollfd *fds, nfds_t n)
{
	return is_on_our_stack(fds, fds + n) || (is_readable(fds) && is_readable((const char *)(fds + n) - 1));
}

/* Threads that connect while others run would fill the backlog of a listener. */
static bool waits_for_connections(const struct pollfd *fds, nfds_t n)
{
	nfds_t i;

	if (n == 0 || n > SOME || !atomic_load_explicit(&fds_listen, memory_order_relaxed) || !are_readable(fds, n))
		return false;
	for (i = 0; i < n; i++) {
		if (fd_traits(fds[i].fd) & FD_LISTENS)
			return true;
	}
	return false;
}

static int poll_green(struct blocking *call, struct pollfd *fds, nfds_t n)
{
	int ready;

	if (!waits_for_connections(fds, n))
		give_way(false);
	ready = !call->until.mask && is_drained(fds, n) ? 0 : look(call->call, fds, n);

	/* As in the kernel, the last poll comes after the deadline. */
	while (ready == 0) {
		int woken = park_until_any(call, fds, n);

		ready = woken < 0 ? woken : look(call->call, fds, n);
		if (woken <= 0)
			break;
	}
	return (int)settled(call, ready ? ready : nothing_came(call));
}

static int do_poll(struct pollfd *fds, nfds_t n, int timeout)
{
	struct blocking call = blocking_until(CALL_poll, FOR_EVER);

	if (goes_native(&call))
		return libc.poll(fds, n, timeout);
	if (timeout == 0)
		return found_at_once(&call, noted(fds, n, libc.poll(fds, n, 0)));
	call.until.deadline = deadline_in(timeout);
	return poll_green(&call, fds, n);
}
synonym(poll, do_poll);
synonym(__poll, do_poll);

static int ppoll_native(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	uint64_t before = lend_mask(mask);
	int ready = libc.ppoll(fds, n, timeout, mask);

	take_back_mask(mask, before);
	return ready;
}

int do_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	struct blocking call = blocking_until(CALL_ppoll, FOR_EVER);

	act_on_cancellation(CALL_ppoll);
	if (has_no_greenlets() || is_wild_set(mask))
		return libc.ppoll(fds, n, timeout, mask);
	if (goes_native(&call))
		return ppoll_native(fds, n, timeout, mask);
	if (!lets_wait(timeout))
		return found_at_once(&call, ppoll_native(fds, n, timeout, mask));
	call.until.deadline = deadline_of(timeout);
	call.until.mask = mask;
	return poll_green(&call, fds, n);
}
synonym(ppoll, do_ppoll);

/* The names that code built with _FORTIFY_SOURCE calls check a size that the compiler knew. Where the check fails, libc
 * ends the program. */
int __poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t size)
{
	return n > size / sizeof(*fds) ? libc.__poll_chk(fds, n, timeout, size) : do_poll(fds, n, timeout);
}

int __ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask, size_t size)
{
	return n > size / sizeof(*fds) ? libc.__ppoll_chk(fds, n, timeout, mask, size)
				       : do_ppoll(fds, n, timeout, mask);
}
