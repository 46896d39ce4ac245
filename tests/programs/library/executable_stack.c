/* Asks for executable stacks, and needs one while it is loaded. */
#include "tests/programs/memory/stack_code.h"

int constructed, call_from_library(int number);

__attribute__((constructor)) static void construct(void)
{
	constructed = call_on_stack(1);
}

int call_from_library(int number)
{
	return constructed + call_on_stack(number);
}
