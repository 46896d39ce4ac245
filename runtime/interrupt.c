#include "interrupt.h"
#include "hub.h"
#include "park.h"
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

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

static bool ends_wait(struct greenlet *g)
{
	uint8_t by = atomic_exchange(&g->interrupted, 0);

	return (by & BY_ENDING && g->on_signal != SIGNAL_PASSES) || (by && g->on_signal == SIGNAL_ENDS);
}

static void deliver(struct greenlet *g)
{
	if (ends_wait(g))
		wake(g, EINTR);
}

bool take_directed_signals(struct greenlet *me)
{
	uint64_t signals = atomic_exchange(&me->directed, 0);
	int signo;

	if (!signals)
		return false;
	atomic_store(&me->interrupted, 0);
	me->takes_directed = true;
	for (signo = 1; signo <= 64; signo++) {
		if (signals & (1ull << (signo - 1)))
			raw_syscall(SYS_tgkill, getpid(), raw_syscall(SYS_gettid, 0, 0, 0, 0, 0, 0), signo, 0, 0, 0);
	}
	me->takes_directed = false;
	return ends_wait(me);
}

void deliver_interrupts(struct hub *hub)
{
	struct greenlet *g;

	deliver(&hub->main);
	for (g = hub->masked; g; g = g->masked_next)
		deliver(g);
}

/* The wait is meant that there is now: so it is noted with who waits, and forgotten when that ends. */
void interrupt_parked(int signo, bool restarts)
{
	struct hub *hub = self ? self->hub : hub_running;
	bool is_directed = self && self->takes_directed;
	struct greenlet *g;

	if (!hub || hub->stale)
		return;
	g = is_directed ? self : receiver(hub, signo);
	if (!g || (g->state != PARKED && !is_directed))
		return;
	atomic_fetch_or(&g->interrupted, restarts ? BY_RESTARTING : BY_ENDING);
	if (!is_directed)
		knock(hub);
}
