#include "take_signals.h"
#include "altstack.h"
#include "mask.h"
#include "park.h"
#include "runtime/sys/defer.h"
#include "runtime/sys/sys.h"
#include <errno.h>

bool is_awaited(const struct greenlet *me, int signo)
{
	const struct hub *hub = me->hub;

	return (hub->sig.awaited & hub->main.sig.blocked & signal_bit(signo)) && !me->is_main;
}

void settle_mask(struct hub *hub, ucontext_t *context)
{
	hub->sig.kernel_mask = common_mask(hub);
	store_signal_bits(hub->sig.kernel_mask, &context->uc_sigmask);
}

void return_as_now(struct hub *hub, ucontext_t *context)
{
	settle_mask(hub, context);
	context->uc_stack = *altstack_in_force(hub);
}

/*
 * To this very OS thread: it is delivered before the call returns. Where the kernel holds the signal back, it is let
 * through only then, as it comes before others of its kind that are meant for the process.
 */
static void raise_here(struct greenlet *me, int signo, const siginfo_t *info)
{
	int errno_before = errno;
	long thread = os_thread_id();

	me->sig.redelivering = info;
	if (raw_syscall(SYS_rt_tgsigqueueinfo, sys_getpid(), thread, signo, (long)info, 0, 0) < 0)
		raw_syscall(SYS_tgkill, sys_getpid(), thread, signo, 0, 0, 0);
	open_mask(me->hub, signal_bit(signo));
	me->sig.redelivering = NULL;
	errno = errno_before;
}

void take_signals(struct greenlet *me)
{
	siginfo_t info;
	uint64_t signals;

	while ((signals = atomic_load(&me->sig.pending.signals) & ~me->sig.blocked)) {
		int signo = __builtin_ctzll(signals) + 1;

		me->sig.claimed &= ~signal_bit(signo);
		if (pending_take(&me->sig.pending, signo, &info))
			raise_here(me, signo, &info);
	}
	apply_masks(me->hub); /* there may be room again for more of them */
}

/* Those for the process that it lets through are its own: they have come while it ran. */
void take_deferred_signals(void)
{
	struct greenlet *me = self;

	deferred.deliver = NULL;
	if (!me || me->state != RUNNING)
		return;
	for (uint64_t left = atomic_load(&me->hub->sig.pending.signals) & ~me->sig.blocked; left; left &= left - 1) {
		if (!is_awaited(me, __builtin_ctzll(left) + 1))
			pending_move(&me->hub->sig.pending, &me->sig.pending, __builtin_ctzll(left) + 1);
	}
	if (has_signals(me))
		take_signals(me);
}

void take_arrived_signal(struct greenlet *me, int signo)
{
	uint64_t bit = signal_bit(signo);

	if (!(atomic_load(&me->hub->sig.pending.signals) & bit) || (me->sig.blocked & bit))
		return;
	pending_move(&me->hub->sig.pending, &me->sig.pending, signo);
	take_signals(me);
}

bool handlers_end_wait(struct greenlet *g, unsigned on_signal)
{
	uint8_t by;

	if (!atomic_load_explicit(&g->sig.interrupted, memory_order_relaxed))
		return false;
	by = atomic_exchange(&g->sig.interrupted, 0);
	g->waiter.is_restarted = by != 0;
	return (by & BY_ENDING && on_signal != SIGNAL_PASSES) || (by && on_signal == SIGNAL_ENDS);
}
