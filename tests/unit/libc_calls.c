/* The suites link the runtime without hooks: each name is libc's. */
#include "runtime/sys/libc_calls.h"

__attribute__((constructor(101))) static void fill(void)
{
	libc_calls = (struct libc_calls){pthread_create, pthread_detach, pthread_join, sigaction, sigaction};
}
