/*
 * Jumps out of handlers and between contexts that bring a signal mask along. What libc saves and puts back is the OS
 * thread's mask; the greenlet's is kept beside it, where the kernel's set ends and sigset_t goes on.
 */
#include "../runtime/frames.h"
#include "../runtime/interrupt.h"
#include "../runtime/mask.h"
#include "blocking.h"
#include "children.h"
#include "tail.h"
#include <setjmp.h>
#include <ucontext.h>

/* How the words of a saved mask are used: the kernel writes the first alone. */
enum { KERNELS, MARK, BLOCKED, HANDLERS };

/* Tells a mask that we have saved here from what the memory held before. */
static unsigned long mark_of(const void *buffer)
{
	return (unsigned long)buffer ^ 0x677265656e6c6f61ul;
}

void *before_sigsetjmp(struct __jmp_buf_tag *buffer, int saves_mask) __attribute__((used, visibility("hidden")));

/* What is to be called in the place of __sigsetjmp, which returns to its caller's frame a second time. */
void *before_sigsetjmp(struct __jmp_buf_tag *buffer, int saves_mask)
{
	unsigned long *words = buffer->__saved_mask.__val;

	if (saves_mask && self) {
		words[MARK] = mark_of(buffer);
		words[BLOCKED] = self->blocked;
		words[HANDLERS] = (unsigned long)handlers_running;
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

	if (is_ours)
		handlers_running = (sig_atomic_t)words[HANDLERS];
	change_mask(self, is_ours ? words[BLOCKED] : words[KERNELS]);
	if (has_signals(self))
		take_signals(self);
	words[KERNELS] = self->hub->kernel_mask;
}

/* A handler that ran as a wait ended may jump out of it. */
static void leave_wait(void)
{
	queue_leave(&self->waiter);
	self->awaits = 0;
	leave_child_waits();
}

static void before_jump(struct __jmp_buf_tag *buffer)
{
	if (!self)
		return;
	leave_wait();
	if (buffer->__mask_was_saved)
		restore_mask(buffer);
}

void siglongjmp(sigjmp_buf buffer, int value)
{
	before_jump(buffer);
	libc.siglongjmp(buffer, value);
	__builtin_unreachable();
}

/* The one of fortified programs. */
void __longjmp_chk(sigjmp_buf buffer, int value)
{
	before_jump(buffer);
	libc.__longjmp_chk(buffer, value);
	__builtin_unreachable();
}

/* A context holds what the OS thread blocked; another set in its place is what the program wants blocked. */
static void take_mask_of(const ucontext_t *context)
{
	uint64_t wanted = signal_bits(&context->uc_sigmask);

	if (wanted != self->hub->kernel_mask)
		note_mask(self, wanted);
	self->hub->kernel_mask = wanted;
}

int setcontext(const ucontext_t *context)
{
	if (self)
		take_mask_of(context);
	return libc.setcontext(context);
}

int swapcontext(ucontext_t *restrict own, const ucontext_t *restrict other)
{
	uint64_t blocked;
	int result;

	/* Where the runtime switches by this call, it does not switch for the greenlet that is on. */
	if (!self || is_ours(__builtin_return_address(0)))
		return libc.swapcontext(own, other);
	blocked = self->blocked;
	take_mask_of(other);
	result = libc.swapcontext(own, other);
	self->hub->kernel_mask = signal_bits(&own->uc_sigmask);
	change_mask(self, blocked);
	return result;
}

synonym(longjmp, siglongjmp);
synonym(_longjmp, siglongjmp);
