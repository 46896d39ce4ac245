/* The signals that a thread blocks, and those that are pending for it. Each greenlet has its own. */
#include "calls.h"
#include "preload/core/blocking.h"
#include "raw.h"
#include "runtime/sched/mask.h"
#include "runtime/sched/take_signals.h"
#include "runtime/signal/dispatch.h"
#include "runtime/sys/user_memory.h"

static bool is_a_way(int how)
{
	return how == SIG_BLOCK || how == SIG_UNBLOCK || how == SIG_SETMASK;
}

static uint64_t changed(uint64_t blocked, int how, uint64_t set)
{
	if (how == SIG_BLOCK)
		return blocked | set;
	return how == SIG_UNBLOCK ? blocked & ~set : set;
}

/* As POSIX requires, signals that become unblocked are delivered before the call returns. */
static int set_mask(int how, const uint64_t *set, uint64_t *before)
{
	struct greenlet *me = self;

	if (set && !is_a_way(how))
		return EINVAL;
	*before = me->sig.blocked;
	if (set)
		change_mask(me, changed(me->sig.blocked, how, *set));
	if (set && has_signals(me))
		take_signals(me);
	return 0;
}

static int do_pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	uint64_t bits = set ? signal_bits(set) : 0, before = 0;
	int error;

	if (!self)
		return libc.pthread_sigmask(how, set, old);
	error = set_mask(how, set ? &bits : NULL, &before);
	if (!error && old)
		store_signal_bits(before, old);
	return error;
}
synonym(pthread_sigmask, do_pthread_sigmask);

int do_sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	if (!self)
		return libc.sigprocmask(how, set, old);
	return (int)with_errno(-do_pthread_sigmask(how, set, old));
}
synonym(sigprocmask, do_sigprocmask);

/* The kernel finds memory that it cannot read or write, and refuses the call before anything changes. */
long raw_rt_sigprocmask(long how, long set, long old, long size, long e, long f)
{
	uint64_t bits = 0, before = 0;
	long result;
	int error;

	if (!self)
		return libc.syscall(SYS_rt_sigprocmask, how, set, old, size, e, f);
	result = libc.syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, old, size);
	if (result < 0)
		return result;
	if (set && !is_readable((const void *)set))
		return with_errno(-EFAULT);
	if (set)
		bits = signal_bits((const sigset_t *)set);
	error = set_mask((int)how, set ? &bits : NULL, &before);
	if (!error && old)
		store_signal_bits(before, (sigset_t *)old);
	return with_errno(-error);
}

int sigpending(sigset_t *set)
{
	int result = libc.sigpending(set);

	if (result == 0 && self)
		store_signal_bits(
		    (signal_bits(set) | self->sig.pending.signals | self->hub->sig.pending.signals) & self->sig.blocked,
		    set);
	return result;
}

/* The kernel writes as much as a set of this size holds. */
long raw_rt_sigpending(long set, long size, long c, long d, long e, long f)
{
	uint64_t bits;
	long result = libc.syscall(SYS_rt_sigpending, set, size, c, d, e, f);

	if (result != 0 || !self || size != (long)sizeof(bits))
		return result;
	bits = signal_bits((sigset_t *)set) | self->sig.pending.signals | self->hub->sig.pending.signals;
	store_signal_bits(bits & self->sig.blocked, (sigset_t *)set);
	return 0;
}
