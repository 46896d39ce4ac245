/* The internals of a child process. */
#ifndef CHILD_H
#define CHILD_H

#include "tool.h"
#include <sys/types.h>

struct green_child {
	struct tool tool;
	pid_t pid;
	int pidfd;  /* readable once the child has ended */
	int fds[3]; /* our ends of the pipes; -1: none */
	bool has_ended;
	int status; /* valid once the child has ended */
};

#endif
