#include "lsan.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/stack_layout.h"
#include "runtime/sys/memory.h"
#include <stdlib.h>

/* sanitizer/lsan_interface.h */
extern void __lsan_register_root_region(const void *low, size_t size) __attribute__((weak));

static void show(const void *low, const void *high)
{
	__lsan_register_root_region(low, (size_t)((const char *)high - (const char *)low));
}

/*
 * The lower end of the used part of a stack. For a greenlet that runs on another OS thread, the whole stack counts as
 * used.
 */
static const char *lowest_used(const struct greenlet *g)
{
	const char *saved = g == self ? __builtin_frame_address(0) : g->context.saved;

	return saved >= (char *)g->mem.low && saved < (char *)g->mem.high ? saved : g->mem.low;
}

/* Of a greenlet that has ended, only the thread-local storage is shown. */
static void show_greenlet(const struct stack *stack, void *unused)
{
	const struct greenlet *g = greenlet_on(stack);

	(void)unused;
	if (!g)
		return;
	if (g->state != ENDED)
		show(lowest_used(g), g->mem.high);
	show(g, stack->high);
}

/* AddressSanitizer takes the stack that it was told of last for the OS thread's. */
static void show_own_stack(const struct greenlet *main)
{
#ifdef WITH_ADDRESS_SANITIZER
	const struct fiber *fiber = &main->context.fiber;

	if (self != main && fiber->low)
		show(main->context.saved, (const char *)fiber->low + fiber->size);
#else
	(void)main;
#endif
}

static void show_hub(struct hub *hub, void *unused)
{
	(void)unused;
	show_own_stack(&hub->main);
	show(hub == hub_running ? hub->stack.low : hub->context.saved, hub->stack.high);
}

static void show_all(void)
{
	stack_for_each(show_greenlet, NULL);
	for_each_hub(show_hub, NULL);
	memory_for_each(show);
}

/*
 * LeakSanitizer checks after the functions that are registered here, because it registered its own before the program
 * began.
 */
void leaks_prepare(void)
{
	if (__lsan_register_root_region && !any_hub())
		atexit(show_all);
}
