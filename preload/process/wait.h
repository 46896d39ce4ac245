/*
 * A wait for children that blocks. The hooks are in wait_pid.c and wait_id.c; wait.c waits for the end of one child by
 * its pidfd, for anything else in a line (wait_line.c).
 */
#ifndef PRELOAD_PROCESS_WAIT_H
#define PRELOAD_PROCESS_WAIT_H

#include "preload/core/blocking.h"
#include "runtime/sched/wait_cleanup.h"
#include <sys/resource.h>
#include <sys/wait.h>

struct line;

struct child_wait {
	struct wait_record stay; /* first */
	struct blocking call;
	idtype_t type; /* what for, as waitid(2) has it */
	id_t id;
	int options;
	bool is_wait4; /* it is asked for, and answered, in the way of wait4(2): with pid and status, not with info */
	pid_t pid;
	int *status;
	siginfo_t *info; /* may point to unused */
	siginfo_t unused;
	struct rusage *usage;

	volatile bool is_over; /* result is valid; a signal handler may set it */
	long result;           /* or -errno */
	bool is_counted;       /* in the statistics */
	int pidfd;             /* -1: none */
	nanos patience;        /* with the pidfd, until it is looked without */

	struct greenlet *greenlet;
	struct child_wait *outer; /* the main thread's: what the handler has interrupted that this is called by */
	pid_t process;            /* in the child of a fork by another greenlet, it is nobody's wait */
	struct line *line;        /* where it stands; NULL: nowhere */
	struct child_wait *next;
	_Atomic bool is_called;
};

/*
 * Waits greenly, with what is filled in of call to options, and of the rest as is_wait4 says. Returns what wait4 or
 * waitid does, with errno set. The group that is the caller's own is to be named: the one it is in now is meant.
 */
long wait_for_children(struct child_wait *wait);

/*
 * Parks until there may be something for the wait to take. Returns 0 then, and also without cause, or EINTR, ECANCELED,
 * ENOMEM. Once it has, the wait stands in a line of those who wait for the same, and is to leave it at its end.
 */
int wait_in_line(struct child_wait *wait);

/* True when no helper can be had to watch the queue of the wait: its waiters then poll from time to time. */
bool line_is_unwatched(const struct child_wait *wait);

/* Lets the next in line have a look. Does nothing for a wait that stands nowhere. */
void leave_line(struct child_wait *wait);

#endif
