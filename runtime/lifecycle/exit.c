#include "exit.h"
#include "arch.h"
#include "exit_hooks.h"
#include "greenlet_pool.h"
#include "runtime/sched/altstack.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/mask.h"
#include "runtime/sched/park.h"
#include "runtime/sync/parking_lot.h"
#include "runtime/sync/robust.h"
#include "runtime/sys/memory.h"
#include "runtime/sys/sys.h"
#include <linux/futex.h>
#include <stdlib.h>

void release_greenlet(struct greenlet *g)
{
	if (g->is_main || atomic_fetch_add(&g->life.releases, 1) == 0)
		return;
	if ((self && self->hub == g->hub) || hub_running == g->hub)
		give_greenlet(g->hub, g);
	else
		return_greenlet(g);
}

/*
 * As the kernel does, which passes over what it cannot write: FUTEX_WAKE_OP sets a word to zero and wakes a waiter. It
 * wants a word that is aligned.
 */
static void clear_word(int *word)
{
	const long set_to_zero = FUTEX_OP(FUTEX_OP_SET, 0, FUTEX_OP_CMP_EQ, 1);
	int nothing = 0;
	long woken = raw_syscall(SYS_futex, (long)word, FUTEX_WAKE_OP, 1, 0, (long)word, set_to_zero);

	if (woken < 0 && !sys_poke(word, &nothing, sizeof(nothing)))
		return;
	parking_lot_wake(word, 1);
}

static void tell_end(struct greenlet *g)
{
	uint64_t one = 1;

	if (g->life.end_peer)
		disown_fd(g->life.end_peer);
	else
		sys_write(g->life.end_fd, &one, sizeof(one));
	disown_fd(g->life.end_fd);
	g->life.end_fd = g->life.end_peer = 0;
}

/* The joiner may be on another OS thread, and go on at once. */
static void finish(struct greenlet *g)
{
	struct hub *hub = g->hub;

	memory_free(g->prio.processors);
	g->prio.processors = NULL;
	if (g->life.end_fd)
		tell_end(g);
	g->state = ENDED;
	if (g->prio.urgency)
		set_urgency(g, 0);
	hub->alive--;
	mask_leave(g);
	if (g->sig.has_altstack)
		altstack_leave(g);
	if (g->life.joiner)
		wake(g->life.joiner, 0);
	atomic_store(&g->life.ended, 1);
	if (atomic_load(&g->life.is_joined))
		parking_lot_wake(&g->life.ended, 1);
	release_greenlet(g);
}

void finish_leaving(struct greenlet *g)
{
	g->hub->leaving = NULL;
	finish(g);
}

void end_main(struct hub *hub)
{
	struct greenlet *g = &hub->main;

	change_mask(g, ~0ull); /* it takes no signal any more */
	set_urgency(g, 0);
	give_up_robust_mutexes();
	if (hub->alive == 1)
		exit(0);
	hub->alive--;
	atomic_store(&g->life.ended, 1);
	if (atomic_load(&g->life.is_joined))
		parking_lot_wake(&g->life.ended, 1);
	for (;;)
		park_uninterruptibly();
}

void end_greenlet(struct greenlet *g)
{
	struct hub *hub = g->hub;

	give_up_robust_mutexes();
	if (g->life.cleared_at_end)
		clear_word(g->life.cleared_at_end);
	g->life.cleared_at_end = NULL;
	g->life.has_returned = true;
	if (g->life.exit_hooks)
		run_exit_hooks(g);
	if (atomic_load(&g->remote.is_queued))
		take_remote_queue(hub);
	/* The last may not be the main one: that has ended before, or has stayed in the parent of a fork. */
	if (hub->alive == 1)
		exit(0);
	if (g->mem.is_given) {
		hub->leaving = g;
		hub->poll_budget = 1;
	} else {
		finish(g);
	}
	switch_away();
	__builtin_unreachable();
}
