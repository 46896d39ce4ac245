/*
 * Jumps out of handlers and between contexts that include a signal mask. libc saves and restores the OS thread's mask;
 * the greenlet's mask is stored beside it, in the part of sigset_t that the kernel does not use.
 */
#include "arch.h"
#include "preload/core/blocking.h"
#include "runtime/sched/handlers.h"
#include "runtime/sched/mask.h"
#include "runtime/sched/take_signals.h"
#include "runtime/sched/wait_cleanup.h"
#include "runtime/signal/dispatch.h"
#include "runtime/stack/context.h"
#include "runtime/sys/sys.h"
#include "tail_call.h"
#include <setjmp.h>
#include <ucontext.h>

/* How the words of a saved mask are used: the kernel writes only the first. */
enum { KERNELS, MARK, BLOCKED };

/* Marks a mask that was saved here, to tell it from what the memory held before. */
static unsigned long mark_of(const void *buffer)
{
	return (unsigned long)buffer ^ 0x677265656e6c6f61ul;
}

void *before_sigsetjmp(struct __jmp_buf_tag *buffer, int saves_mask) __attribute__((used, visibility("hidden")));

/* Returns the function to call instead of __sigsetjmp, which returns to its caller's frame a second time. */
void *before_sigsetjmp(struct __jmp_buf_tag *buffer, int saves_mask)
{
	unsigned long *words = buffer->__saved_mask.__val;

	if (saves_mask && self) {
		words[MARK] = mark_of(buffer);
		words[BLOCKED] = self->sig.blocked;
	} else if (saves_mask) {
		words[MARK] = 0;
	}
	return (void *)libc.__sigsetjmp;
}

CALLS_FIRST(__sigsetjmp, before_sigsetjmp)

/* libc sets the OS thread's mask to the first word. */
static void restore_mask(struct __jmp_buf_tag *buffer)
{
	unsigned long *words = buffer->__saved_mask.__val;
	bool is_ours = words[MARK] == mark_of(buffer);

	change_mask(self, is_ours ? words[BLOCKED] : words[KERNELS]);
	if (has_signals(self))
		take_signals(self);
	words[KERNELS] = self->hub->sig.kernel_mask;
}

/* Leaves the waits that a handler has interrupted, and the handler. */
static void leave_for(uintptr_t position)
{
	abandon_waits(position);
	if (position)
		handlers_forget(position);
	if (self)
		self->sig.awaits = 0;
}

static void before_jump(struct __jmp_buf_tag *buffer)
{
	leave_for(jump_sp(buffer));
	if (self && buffer->__mask_was_saved)
		restore_mask(buffer);
}

void siglongjmp(sigjmp_buf buffer, int value)
{
	before_jump(buffer);
	libc.siglongjmp(buffer, value);
	__builtin_unreachable();
}

/* The variant that fortified programs call. */
void __longjmp_chk(sigjmp_buf buffer, int value)
{
	before_jump(buffer);
	libc.__longjmp_chk(buffer, value);
	__builtin_unreachable();
}

/* A context holds the greenlet's own mask: so the kernel has that mask while libc saves or restores a context. */
static void show_mask(void)
{
	if (show_own_mask())
		self->hub->poll_budget = 1;
}

void *before_getcontext(ucontext_t *context) __attribute__((used, visibility("hidden")));

/* Returns the function to call instead of getcontext, which returns to its caller's frame more than once. */
void *before_getcontext(ucontext_t *context)
{
	(void)context;
	if (self)
		show_mask();
	return (void *)libc.getcontext;
}

CALLS_FIRST(getcontext, before_getcontext)

/* The stack position of the context that the caller is about to switch to, whose mask has been noted; 0: none. */
static __thread uintptr_t awaited_position;

static void expect_context(const ucontext_t *context)
{
	expect_mask(self, signal_bits(&context->uc_sigmask));
	awaited_position = context_sp(context);
}

/* As in a jump, the handlers and the waits below are left for good. */
int setcontext(const ucontext_t *context)
{
	abandon_waits(context_sp(context));
	handlers_follow(context);
	if (self) {
		expect_context(context);
		if (has_signals(self))
			take_signals(self);
		show_mask();
	}
	return libc.setcontext(context);
}

#ifdef RETURNS_BY
/*
 * swapcontext: the frame of a hook would be part of the saved context, and would be overwritten if the other context
 * uses the same stack. So libc's function is entered by a jump and saves the caller's frame. The saved context returns
 * by way of after_swapcontext(), with its data in registers that libc saves, too.
 */

/* The same data for libc's one failure, after which nothing has been switched. */
static __thread struct {
	struct swap swap;
	uint64_t blocked;
} undone;

void before_swapcontext(const ucontext_t *own, const ucontext_t *other, struct swap *swap)
    __attribute__((used, visibility("hidden")));
int after_swapcontext(struct swap *swap, int result, uintptr_t position) __attribute__((used, visibility("hidden")));

void before_swapcontext(const ucontext_t *own, const ucontext_t *other, struct swap *swap)
{
	(void)own;
	swap->go_to = (void *)libc.swapcontext;
	swap->waits = wait_records;
	swap->handler = innermost_handler();
	undone.swap = *swap;
	if (self) {
		undone.blocked = self->sig.blocked;
		show_mask();
		expect_context(other);
	}
	handlers_follow(other);
	wait_records = NULL;
}

/*
 * The caller is where it was, inside the same handlers and waits. libc alone may have resumed it, at the end of a
 * context whose uc_link it is: then the kernel knows the mask.
 */
int after_swapcontext(struct swap *swap, int result, uintptr_t position)
{
	const struct swap *saved = result ? &undone.swap : swap;

	wait_records = saved->waits;
	handlers_return_to(saved->handler);
	if (!self)
		return result;
	if (result)
		expect_mask(self, undone.blocked);
	else if (awaited_position != position)
		expect_mask(self, sys_get_mask());
	awaited_position = 0;
	apply_masks(self->hub);
	if (has_signals(self))
		take_signals(self);
	return result;
}

RETURNS_BY(swapcontext, before_swapcontext, after_swapcontext)
#else
/* If the other context uses the same stack, what is saved here is overwritten. */
int swapcontext(ucontext_t *restrict own, const ucontext_t *restrict other)
{
	const struct running_handlers around = handlers;
	struct wait_record *const waits = wait_records;
	int result;

	if (self) {
		show_mask();
		expect_mask(self, signal_bits(&other->uc_sigmask));
	}
	handlers_follow(other);
	wait_records = NULL;
	result = libc.swapcontext(own, other);
	wait_records = waits;
	handlers = around;
	if (self) {
		expect_mask(self, signal_bits(&own->uc_sigmask));
		apply_masks(self->hub);
		if (has_signals(self))
			take_signals(self);
	}
	return result;
}
#endif

synonym(longjmp, siglongjmp);
synonym(_longjmp, siglongjmp);
