/* Child processes of the linked tests: what is found to be wrong in one is so in the parent. */
#ifndef CHILD_PROCESS_H
#define CHILD_PROCESS_H

#include "tests/linked/expect.h"
#include <sys/wait.h>

/* Runs it in a child, which is ended after 15 s. */
static inline pid_t start_child(void (*run)(void))
{
	pid_t child;

	fflush(stdout);
	child = (pid_t)must("fork", fork());
	if (child)
		return child;
	alarm(15);
	failures = 0;
	run();
	fflush(stdout);
	_exit(verdict());
}

static inline void end_child(pid_t child)
{
	int status = -1;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	expect_equal("status of the child", status, 0);
}

#endif
