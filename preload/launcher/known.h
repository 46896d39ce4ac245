/* What is known of functions and system calls: the manifest, and calls that block and are not in it. */
#ifndef PRELOAD_LAUNCHER_KNOWN_H
#define PRELOAD_LAUNCHER_KNOWN_H

#include <stdbool.h>
#include <stddef.h>

/* How a hook waits, as in calls.def. */
enum waits { FD, TIME, TURN, LINE, HELPER, NEVER, ASKED };

struct known {
	const char *name, *family;
	enum waits waits;
};

/* The hook of this name or synonym; NULL: there is none. */
const struct known *find_known(const char *name);

/* The reason why a function that may wait has no hook; NULL: it is not known to wait. */
const char *why_left_alone(const char *name);

/* The name of a system call that may wait; NULL for the others. */
const char *name_of_waiting_syscall(long number);

#endif
