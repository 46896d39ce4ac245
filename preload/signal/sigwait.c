/*
 * The calls that wait for signals: those that take a blocked signal, and those that wait for a handler to run. A
 * program's dedicated signal thread waits in one of them.
 */
#include "runtime/signal/sigwait.h"
#include "calls.h"
#include "preload/core/blocking.h"
#include "preload/core/deadline.h"
#include "preload/core/stats.h"
#include "raw.h"
#include "runtime/sched/mask.h"
#include "runtime/signal/dispatch.h"
#include "runtime/sys/user_memory.h"
#include <string.h>

/*
 * False also if a signal is pending that was sent to the greenlet alone while there were other greenlets: the kernel
 * does not know of it.
 */
static bool waits_in_kernel(struct blocking *call, uint64_t set)
{
	if (!goes_native(call))
		return false;
	return !self ||
	       !((atomic_load(&self->sig.pending.signals) | atomic_load(&self->hub->sig.pending.signals)) & set);
}

/* Returns the signal, or -1 with errno set. */
static int wait_for(struct blocking *call, const sigset_t *set, siginfo_t *info)
{
	siginfo_t unwanted;
	int error;

	call->green = true;
	if (!info)
		info = &unwanted;
	if (take_awaited(signal_bits(set), info))
		return (int)settled(call, info->si_signo);
	stats_parked(call->call);
	call->until.on_stop = true;
	error = await_signal(signal_bits(set) & ~UNBLOCKABLE, info, &call->until);
	if (!error)
		return (int)settled(call, info->si_signo);
	errno = error == ETIMEDOUT ? EAGAIN : error;
	return (int)settled(call, -1);
}

/* No time at all is a way to ask, and an invalid one is the kernel's to refuse. */
static int do_sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *limit)
{
	struct blocking call = blocking_until(CALL_sigtimedwait, FOR_EVER);

	act_on_cancellation(CALL_sigtimedwait);
	if (has_no_greenlets() || !is_readable(set) || (limit && !is_readable_time(limit)))
		return libc.sigtimedwait(set, info, limit);
	if (waits_in_kernel(&call, signal_bits(set)) || (limit && !is_span(limit)))
		return libc.sigtimedwait(set, info, limit);
	call.until.deadline = deadline_of(limit);
	return wait_for(&call, set, info);
}
synonym(sigtimedwait, do_sigtimedwait);

int sigwaitinfo(const sigset_t *set, siginfo_t *info)
{
	struct blocking call = blocking_until(CALL_sigwaitinfo, FOR_EVER);

	act_on_cancellation(CALL_sigwaitinfo);
	if (has_no_greenlets() || !is_readable(set))
		return libc.sigwaitinfo(set, info);
	return waits_in_kernel(&call, signal_bits(set)) ? libc.sigwaitinfo(set, info) : wait_for(&call, set, info);
}

/* Returns an error number, and is not ended by a handler. */
int sigwait(const sigset_t *set, int *signo)
{
	struct blocking call = blocking_until(CALL_sigwait, FOR_EVER);
	int before = errno, taken;

	act_on_cancellation(CALL_sigwait);
	if (has_no_greenlets() || !is_readable(set))
		return libc.sigwait(set, signo);
	if (waits_in_kernel(&call, signal_bits(set)))
		return libc.sigwait(set, signo);
	do
		taken = wait_for(&call, set, NULL);
	while (taken < 0 && errno == EINTR);
	if (taken < 0)
		return errno;
	errno = before;
	*signo = taken;
	return 0;
}

/* Waits until a handler has run: park() then ends with EINTR. */
static int wait_for_handler(struct blocking *call)
{
	int error;

	do
		error = park_for(call);
	while (!error);
	errno = error;
	return (int)settled(call, -1);
}

int do_sigsuspend(const sigset_t *mask)
{
	struct blocking call = blocking_until(CALL_sigsuspend, FOR_EVER);
	uint64_t before;
	int result;

	act_on_cancellation(CALL_sigsuspend);
	if (has_no_greenlets() || !is_readable(mask))
		return libc.sigsuspend(mask);
	call.until.mask = mask;
	if (!waits_in_kernel(&call, ~signal_bits(mask)))
		return wait_for_handler(&call);
	before = lend_mask(mask);
	result = libc.sigsuspend(mask);
	take_back_mask(mask, before);
	return result;
}
synonym(sigsuspend, do_sigsuspend);

int pause(void)
{
	struct blocking call = blocking_until(CALL_pause, FOR_EVER);

	return goes_native(&call) ? libc.pause() : wait_for_handler(&call);
}

static bool is_a_set(long set, long size)
{
	if (size == (long)sizeof(uint64_t) && is_readable((const void *)set))
		return true;
	errno = size == (long)sizeof(uint64_t) ? EFAULT : EINVAL;
	return false;
}

long raw_rt_sigtimedwait(long set, long info, long limit, long size, long e, long f)
{
	sigset_t full;

	if (!self)
		return libc.syscall(SYS_rt_sigtimedwait, set, info, limit, size, e, f);
	if (!is_a_set(set, size))
		return -1;
	sigemptyset(&full);
	memcpy(&full, (const void *)set, sizeof(uint64_t));
	return do_sigtimedwait(&full, (siginfo_t *)info, (const struct timespec *)limit);
}

long raw_rt_sigsuspend(long set, long size, long c, long d, long e, long f)
{
	sigset_t full;

	if (!self)
		return libc.syscall(SYS_rt_sigsuspend, set, size, c, d, e, f);
	if (!is_a_set(set, size))
		return -1;
	sigemptyset(&full);
	memcpy(&full, (const void *)set, sizeof(uint64_t));
	return do_sigsuspend(&full);
}
