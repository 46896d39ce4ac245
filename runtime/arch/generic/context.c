/* The switch where we have no instructions of our own: swapcontext(3), with its two system calls. */
#include "context.h"
#include <stdbool.h>
#include <ucontext.h>

#ifdef __x86_64__
bool has_fsgsbase;
#endif

void context_swap(void **saved, void *to)
{
	ucontext_t here;

	*saved = &here;
	swapcontext(&here, to);
}

/* The description lies at the top of the stack that it describes. */
void context_make(struct context *c, void *low, size_t size, void (*entry)(void))
{
	ucontext_t *described = (ucontext_t *)((uintptr_t)((char *)low + size - sizeof(*described)) & ~63ul);

	getcontext(described);
	described->uc_stack.ss_sp = low;
	described->uc_stack.ss_size = (size_t)((char *)described - (char *)low);
	described->uc_link = NULL;
	makecontext(described, entry, 0);
	c->saved = described;
}
