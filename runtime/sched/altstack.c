#include "altstack.h"
#include "hub.h"
#include "runtime/sys/auxv.h"
#include "runtime/sys/memory.h"
#include <stdlib.h>

/* The kernel's flag that takes the stack out of force while a handler is on it; libc's headers may lack it. */
#define AUTODISARM (1u << 31)

static long tell_kernel(const stack_t *stack, stack_t *before)
{
	return raw_syscall(SYS_sigaltstack, (long)stack, (long)before, 0, 0, 0, 0);
}

static void put_in_force(struct hub *hub, const struct greenlet *owner)
{
	hub->sig.altstack_owner = owner;
	tell_kernel(altstack_in_force(hub), NULL);
}

const stack_t *altstack_in_force(const struct hub *hub)
{
	return hub->sig.altstack_owner ? &hub->sig.altstack_owner->sig.altstack : &hub->sig.altstack;
}

/* The hub's stays for as long as the OS thread lives. */
void altstack_begin(struct hub *hub)
{
	size_t needed = 4 * auxv_value(AT_MINSIGSTKSZ); /* as libc's _SC_SIGSTKSZ */
	stack_t before = {.ss_flags = SS_DISABLE};

	hub->sig.altstack.ss_size = needed > 16384 ? needed : 16384;
	hub->sig.altstack.ss_sp = memory_alloc(hub->sig.altstack.ss_size);
	hub->sig.altstack.ss_flags = hub->sig.altstack.ss_sp ? 0 : SS_DISABLE;
	if (tell_kernel(NULL, &before) == 0 && !(before.ss_flags & SS_DISABLE)) {
		hub->main.sig.altstack = before;
		hub->main.sig.altstack.ss_flags &= (int)AUTODISARM;
		hub->main.sig.has_altstack = true;
		hub->sig.altstack_owner = &hub->main;
		hub->sig.altstacks = 1;
		atomic_store(&hub->sig.needs_care, true);
	} else {
		put_in_force(hub, NULL);
	}
}

static void set_own(struct greenlet *me, const stack_t *stack)
{
	struct hub *hub = me->hub;

	hub->sig.altstacks += !me->sig.has_altstack;
	atomic_store(&hub->sig.needs_care, true);
	me->sig.has_altstack = true;
	me->sig.altstack = *stack;
	me->sig.altstack.ss_flags &= (int)AUTODISARM;
	hub->sig.altstack_owner = me;
}

void altstack_leave(struct greenlet *me)
{
	struct hub *hub = me->hub;

	hub->sig.altstacks -= me->sig.has_altstack;
	me->sig.has_altstack = false;
	put_in_force(hub, NULL);
}

/* The greenlet runs, so its own is in force, and the kernel judges what it may do. */
int altstack_set(struct greenlet *me, const stack_t *stack, stack_t *before)
{
	stack_t wanted;
	long result = 0;

	if (before)
		result = tell_kernel(NULL, before);
	if (result == 0 && before && !me->sig.has_altstack)
		*before = (stack_t){.ss_flags = SS_DISABLE};
	if (result < 0 || !stack)
		return (int)-result;
	result = tell_kernel(stack, NULL);
	if (result < 0)
		return (int)-result;
	wanted = *stack;
	if (wanted.ss_flags & SS_DISABLE)
		altstack_leave(me);
	else
		set_own(me, &wanted);
	return 0;
}

void altstack_reset(struct hub *hub, const struct greenlet *g)
{
	hub->sig.altstacks = g->sig.has_altstack;
}

void altstack_follow(struct greenlet *next)
{
	const struct greenlet *owner = next->sig.has_altstack ? next : NULL;

	if (next->hub->sig.altstack_owner != owner)
		put_in_force(next->hub, owner);
}

static bool lies_on(const stack_t *stack, const void *address)
{
	return (uintptr_t)address - (uintptr_t)stack->ss_sp < stack->ss_size;
}

bool altstack_is_in_use(const struct hub *hub)
{
	return lies_on(altstack_in_force(hub), __builtin_frame_address(0));
}

/* What comes on the hub's own context would be put over it, for it is not on that stack itself. */
void altstack_spare(struct hub *hub)
{
	const struct greenlet *owner = hub->sig.altstack_owner;

	if (owner && lies_on(&owner->sig.altstack, owner->context.saved))
		put_in_force(hub, NULL);
}
