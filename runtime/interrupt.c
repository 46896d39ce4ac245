#include "interrupt.h"
#include <errno.h>
#include <pthread.h>

/* The signals that everybody who could be interrupted blocks. */
static void apply_masks(struct hub *hub)
{
	sigset_t blocked = hub->base_mask;
	struct greenlet *g;

	for (g = hub->masked; g; g = g->masked_next)
		sigandset(&blocked, &blocked, g->mask);
	pthread_sigmask(SIG_SETMASK, &blocked, NULL);
}

void mask_for_park(struct greenlet *g, const sigset_t *mask)
{
	struct hub *hub = g->hub;

	if (!hub->masked)
		pthread_sigmask(SIG_SETMASK, NULL, &hub->base_mask);
	g->mask = mask;
	g->masked_next = hub->masked;
	hub->masked = g;
	apply_masks(hub);
	deliver_interrupts(hub);
}

void unmask_after_park(struct greenlet *g)
{
	struct greenlet **link = &g->hub->masked;

	while (*link != g)
		link = &(*link)->masked_next;
	*link = g->masked_next;
	g->mask = NULL;
	apply_masks(g->hub);
}

/*
 * Who would have got the signal: the main greenlet, unless another waits with a mask that lets it through. NULL when
 * the main one waits with a mask that does not.
 */
static struct greenlet *receiver(struct hub *hub, int signo)
{
	struct greenlet *g;

	for (g = hub->masked; g; g = g->masked_next) {
		if (!sigismember(g->mask, signo))
			return g;
	}
	return hub->main.mask ? NULL : &hub->main;
}

static void interrupt(struct greenlet *g, bool restarts)
{
	if (!g)
		return;
	if (g->on_signal == SIGNAL_ENDS || (g->on_signal == SIGNAL_RESTARTS && !restarts))
		wake(g, EINTR);
}

void deliver_interrupts(struct hub *hub)
{
	uint64_t ending, restarting;
	int signo;

	if (!(atomic_load(&hub->signals) | atomic_load(&hub->restarting_signals)))
		return;
	ending = atomic_exchange(&hub->signals, 0);
	restarting = atomic_exchange(&hub->restarting_signals, 0);
	for (signo = 1; signo <= 64; signo++) {
		uint64_t bit = 1ull << (signo - 1);

		if (ending & bit)
			interrupt(receiver(hub, signo), false);
		else if (restarting & bit)
			interrupt(receiver(hub, signo), true);
	}
}

void interrupt_parked(int signo, bool restarts)
{
	struct hub *hub = self ? self->hub : hub_running;

	if (!hub || hub->stale || signo < 1 || signo > 64)
		return;
	atomic_fetch_or(restarts ? &hub->restarting_signals : &hub->signals, 1ull << (signo - 1));
	knock(hub);
}
