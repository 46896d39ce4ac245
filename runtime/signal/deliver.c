/* Which greenlet takes a signal for the process; it is woken for that. */
#include "dispatch.h"
#include "interrupt_hub.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/mask.h"
#include "runtime/sched/park.h"
#include "runtime/sched/take_signals.h"
#include <errno.h>
#include <unistd.h>

static struct greenlet *receiver(struct hub *hub, int signo)
{
	struct greenlet *g, *best = NULL;
	uint64_t bit = signal_bit(signo);

	if (!(hub->main.sig.blocked & bit))
		best = &hub->main;
	else if (hub->main.sig.awaits & bit)
		return &hub->main;
	if (best && best->state != PARKED_UNINTERRUPTIBLY)
		return best;
	for (g = hub->living; g; g = g->next_living) {
		if (g->sig.awaits & bit)
			return g;
		if (!(g->sig.blocked & bit) && (!best || best->state == PARKED_UNINTERRUPTIBLY))
			best = g;
	}
	return best;
}

/* All greenlets block it by now: it stays pending in the kernel, as sigpending() shows. */
static void give_back(struct hub *hub, int signo)
{
	siginfo_t info;

	apply_masks(hub);
	while (pending_take(&hub->sig.pending, signo, &info)) {
		if (raw_syscall(SYS_rt_sigqueueinfo, sys_getpid(), signo, (long)&info, 0, 0, 0) < 0)
			raw_syscall(SYS_kill, sys_getpid(), signo, 0, 0, 0, 0);
	}
}

static void assign(struct hub *hub, int signo)
{
	struct greenlet *g = receiver(hub, signo);

	if (!g) {
		give_back(hub, signo);
		return;
	}
	g->sig.claimed |= signal_bit(signo);
	atomic_store(&hub->sig.needs_care, true);
	pending_move(&hub->sig.pending, &g->sig.pending, signo);
}

/* True when there are still signals for it to take. */
static bool deliver_to(struct greenlet *g)
{
	bool has_some = atomic_load(&g->sig.pending.signals) & (~g->sig.blocked | g->sig.awaits);

	if (g->state == PARKED && handlers_end_wait(g, g->wait.on_signal))
		wake(g, EINTR);
	else if ((g->state == PARKED || g->state == PARKED_UNKILLABLE) && has_some)
		wake(g, 0);
	return has_some;
}

static void end_wait_by_stop(struct greenlet *g)
{
	if (g->state == PARKED && g->wait.options->on_stop)
		wake(g, EINTR);
}

static void end_waits_by_stop(struct hub *hub)
{
	struct greenlet *g;

	end_wait_by_stop(&hub->main);
	for (g = hub->living; g; g = g->next_living)
		end_wait_by_stop(g);
}

void note_stop(struct hub *hub)
{
	atomic_store(&hub->sig.was_stopped, true);
	atomic_store(&hub->sig.is_signalled, true);
}

void deliver_signals(struct hub *hub)
{
	struct greenlet *g;
	uint64_t left;
	bool needs_care = hub->sig.altstacks > 0;

	if (atomic_exchange(&hub->sig.was_stopped, false))
		end_waits_by_stop(hub);

	atomic_store(&hub->sig.is_signalled, false);
	atomic_store(&hub->sig.needs_care, false);
	for (left = atomic_load(&hub->sig.pending.signals); left; left &= left - 1)
		assign(hub, __builtin_ctzll(left) + 1);
	needs_care |= deliver_to(&hub->main);
	for (g = hub->living; g; g = g->next_living)
		needs_care |= deliver_to(g);
	if (needs_care)
		atomic_store(&hub->sig.needs_care, true);
}
