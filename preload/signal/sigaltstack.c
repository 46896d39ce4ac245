/* The alternate stack for signal handlers: each thread has its own. */
#include "preload/core/blocking.h"
#include "runtime/sched/altstack.h"

int sigaltstack(const stack_t *stack, stack_t *before)
{
	if (!self)
		return libc.sigaltstack(stack, before);
	return (int)with_errno(-altstack_set(self, stack, before));
}
