/*
 * The switch where we have no instructions of our own: swapcontext(3), with its two system calls. It is libc's own, as
 * a hook of it, or a program's function of that name, must not take part.
 */
#include "runtime/stack/context.h"
#include "runtime/glibc/layout.h"
#include "runtime/sys/sys.h"
#include <stdbool.h>
#include <ucontext.h>

const bool context_is_public = false;

/* swapcontext would bring back the signal mask of the time when the context stopped: the OS thread keeps the one it
 * has. */
void context_swap(void **saved, void *to)
{
	ucontext_t here, *there = to;

	*saved = &here;
	there->uc_sigmask.__val[0] = sys_get_mask();
	glibc.swapcontext(&here, there);
}

static __thread int handed;

int context_enter(void **saved, void *to, int result)
{
	handed = result;
	context_swap(saved, to);
	return handed;
}

int context_leave(void **saved, void *to, int result)
{
	return context_enter(saved, to, result);
}

void *context_to_enter(const struct context *made)
{
	return made->saved;
}

bool context_visit(const struct context *c, void (*visit)(void *arg), void *arg)
{
	(void)c;
	(void)visit;
	(void)arg;
	return false;
}

/* The description lies at the top of the stack that it describes. */
void context_make(struct context *c, void *low, size_t size, void (*entry)(void))
{
	ucontext_t *described = (ucontext_t *)((uintptr_t)((char *)low + size - sizeof(*described)) & ~63ul);

	if (!glibc.getcontext)
		glibc_find_functions();
	glibc.getcontext(described);
	described->uc_stack.ss_sp = low;
	described->uc_stack.ss_size = (size_t)((char *)described - (char *)low);
	described->uc_link = NULL;
	makecontext(described, entry, 0);
	c->saved = described;
}

uintptr_t context_frame(const struct context *c)
{
	return interrupted_frame(c->saved);
}
