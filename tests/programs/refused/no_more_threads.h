/* A process that the kernel makes no further threads and children for. */
#ifndef NO_MORE_THREADS_H
#define NO_MORE_THREADS_H

#include "tests/programs/say.h"
#include <sys/resource.h>
#include <sys/syscall.h>

static bool was_root;

/* The kernel applies the limit to unprivileged processes only. */
static inline void give_up_threads(void)
{
	const struct rlimit none = {0, 0};
	const long nobody = 65534, root = 0;

	was_root = geteuid() == 0;
	must("setrlimit", setrlimit(RLIMIT_NPROC, &none));
	if (was_root)
		must("setresuid", syscall(SYS_setresuid, nobody, nobody, root));
	say("fork", fork());
}

static inline void take_privileges_back(void)
{
	const long root = 0;

	if (was_root)
		must("setresuid", syscall(SYS_setresuid, root, root, root));
}

#endif
