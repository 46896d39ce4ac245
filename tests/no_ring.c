/* Preloaded into a program that is to have no io_uring, as in many a container. */
#include "refuse.h"
#include <stdlib.h>
#include <sys/syscall.h>

__attribute__((constructor)) static void refuse(void)
{
	if (!refuse_call(SYS_io_uring_setup))
		abort();
}
