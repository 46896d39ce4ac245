/* The alternate stack for signal handlers: a thread's own. */
#include "../runtime/altstack.h"
#include "blocking.h"

int sigaltstack(const stack_t *stack, stack_t *before)
{
	int error;

	if (!self)
		return libc.sigaltstack(stack, before);
	error = altstack_set(self, stack, before);
	if (error)
		errno = error;
	return error ? -1 : 0;
}
