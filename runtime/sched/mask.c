#include "mask.h"
#include "hub.h"
#include "preempt.h"
#include <stddef.h>

void (*guard_earned)(uint64_t signals);

static _Atomic uint64_t guarded;

static uint64_t set_kernel_mask(uint64_t mask)
{
	uint64_t before = 0;

	sys_set_mask(SIG_SETMASK, mask, &before);
	return before;
}

static void count_blocks(struct hub *hub, uint64_t signals, int by)
{
	for (; signals; signals &= signals - 1) {
		hub->sig.blocks[__builtin_ctzll(signals)] += (unsigned)by;
		hub->sig.blocks_in_all += (size_t)by;
	}
}

static __attribute__((noinline)) void guard(uint64_t signals)
{
	atomic_fetch_or(&guarded, signals);
	if (guard_earned)
		guard_earned(signals);
}

bool is_guarded(int signo)
{
	return atomic_load_explicit(&guarded, memory_order_relaxed) & signal_bit(signo);
}

/* The handler of a signal may change the mask in our midst, but it puts it back. */
void note_mask(struct greenlet *g, uint64_t blocked)
{
	uint64_t before = g->sig.blocked;

	blocked &= ~UNBLOCKABLE;
	if (blocked == before)
		return;
	count_blocks(g->hub, blocked & ~before, 1);
	count_blocks(g->hub, before & ~blocked, -1);
	g->sig.blocked = blocked;
	if (__builtin_expect((blocked & EARNED & ~atomic_load_explicit(&guarded, memory_order_relaxed)) != 0, 0))
		guard(blocked & EARNED);
}

/* The main one is always counted: a signal that it does not block is not blocked by all. */
uint64_t common_mask(const struct hub *hub)
{
	uint64_t common = pending_is_short() ? QUEUED : 0, left;

	if (!hub->sig.blocks_in_all && !common)
		return 0;
	for (left = hub->main.sig.blocked; left; left &= left - 1) {
		if (hub->sig.blocks[__builtin_ctzll(left)] == hub->sig.masks)
			common |= left & -left;
	}
	/* What ends slices, the program does not see: it is to come whatever is blocked. */
	return common & ~(slice_signal() ? signal_bit(slice_signal()) : 0);
}

void apply_masks(struct hub *hub)
{
	uint64_t common = common_mask(hub);

	if (common == hub->sig.kernel_mask)
		return;
	hub->sig.kernel_mask = common;
	set_kernel_mask(common);
}

void open_mask(struct hub *hub, uint64_t signals)
{
	if (!(hub->sig.kernel_mask & signals))
		return;
	hub->sig.kernel_mask &= ~signals;
	set_kernel_mask(hub->sig.kernel_mask);
}

static void move_all(struct pending *from, struct pending *to, uint64_t signals)
{
	for (; signals; signals &= signals - 1)
		pending_move(from, to, __builtin_ctzll(signals) + 1);
}

/* The process's signals that were g's to take go to another. */
static void give_up_assigned(struct greenlet *g, uint64_t signals)
{
	struct hub *hub = g->hub;

	move_all(&g->sig.pending, &hub->sig.pending, signals);
	g->sig.claimed &= ~signals;
	atomic_store(&hub->sig.is_signalled, true);
	if (!hub->stale)
		wake_hub(hub);
}

static void take_over(struct greenlet *me, uint64_t signals)
{
	move_all(&me->hub->sig.pending, &me->sig.pending, signals);
	me->sig.claimed |= signals;
	atomic_store(&me->hub->sig.needs_care, true);
}

/* What it blocks now goes to another, and what it lets through is its own. */
static void share_signals(struct greenlet *me)
{
	struct hub *hub = me->hub;
	uint64_t arrived;

	if (me->sig.claimed & me->sig.blocked)
		give_up_assigned(me, me->sig.claimed & me->sig.blocked);
	arrived = atomic_load_explicit(&hub->sig.pending.signals, memory_order_relaxed);
	if (arrived & ~me->sig.blocked)
		take_over(me, arrived & ~me->sig.blocked);
}

void change_mask(struct greenlet *me, uint64_t blocked)
{
	note_mask(me, blocked);
	apply_masks(me->hub);
	share_signals(me);
}

void expect_mask(struct greenlet *me, uint64_t blocked)
{
	note_mask(me, blocked);
	me->hub->sig.kernel_mask = me->sig.blocked;
	me->hub->poll_budget = 1;
	share_signals(me);
}

void mask_begin(struct hub *hub)
{
	hub->sig.kernel_mask = sys_get_mask();
	hub->sig.masks = 1;
	note_mask(&hub->main, hub->sig.kernel_mask);
}

void mask_enter(struct greenlet *g, uint64_t blocked)
{
	struct hub *hub = g->hub;

	g->previous_living = NULL;
	g->next_living = hub->living;
	if (hub->living)
		hub->living->previous_living = g;
	hub->living = g;
	hub->sig.masks++;
	if (blocked)
		note_mask(g, blocked);
}

/*
 * The hub finds out what all the remaining greenlets block before it waits. The calls of the last one are native: it
 * must not run before the kernel has its mask.
 */
void mask_leave(struct greenlet *g)
{
	struct hub *hub = g->hub;

	if (g->sig.blocked)
		note_mask(g, 0);
	hub->sig.masks--;
	if (hub->sig.masks == 1 && common_mask(hub) != hub->sig.kernel_mask)
		hub->poll_budget = 1;
	*(g->previous_living ? &g->previous_living->next_living : &hub->living) = g->next_living;
	if (g->next_living)
		g->next_living->previous_living = g->previous_living;
	if (g->sig.claimed)
		give_up_assigned(g, g->sig.claimed);
	if (atomic_load_explicit(&g->sig.pending.signals, memory_order_relaxed))
		pending_drop(&g->sig.pending);
}

void mask_reset(struct hub *hub, struct greenlet *g)
{
	uint64_t blocked = g->sig.blocked;

	for (size_t i = 0; i < sizeof(hub->sig.blocks) / sizeof(hub->sig.blocks[0]); i++)
		hub->sig.blocks[i] = 0;
	hub->sig.blocks_in_all = 0;
	hub->living = NULL;
	hub->sig.awaited = 0;
	hub->main.sig.awaits = 0;
	g->sig.awaits = 0;
	g->sig.claimed = 0;
	hub->sig.masks = 1;
	pending_drop(&hub->sig.pending);
	pending_drop(&g->sig.pending);
	hub->main.sig.blocked = 0;
	if (g->is_main) {
		note_mask(g, blocked);
	} else {
		hub->main.sig.blocked = ~UNBLOCKABLE;
		count_blocks(hub, ~UNBLOCKABLE, 1);
		g->sig.blocked = 0;
		mask_enter(g, blocked);
	}
	apply_masks(hub);
}

uint64_t lend_mask(const sigset_t *mask)
{
	uint64_t before = 0;

	if (mask && self) {
		before = self->sig.blocked;
		note_mask(self, signal_bits(mask));
	}
	return before;
}

void take_back_mask(const sigset_t *mask, uint64_t before)
{
	if (mask && self)
		note_mask(self, before);
}

bool show_own_mask(void)
{
	if (!self || self->hub->sig.kernel_mask == self->sig.blocked)
		return false;
	self->hub->sig.kernel_mask = self->sig.blocked;
	set_kernel_mask(self->sig.blocked);
	return true;
}

bool show_own_blocks(uint64_t signals)
{
	struct hub *hub = self ? self->hub : NULL;

	if (!hub || !(self->sig.blocked & ~hub->sig.kernel_mask & signals))
		return false;
	hub->sig.kernel_mask |= self->sig.blocked & signals;
	set_kernel_mask(hub->sig.kernel_mask);
	return true;
}
