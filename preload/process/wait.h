/*
 * A wait for children that blocks. The hooks are in wait4.c and waitid.c; wait.c waits for the end of one child by its
 * pidfd, and for anything else in a wait queue (wait_any.c).
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
	idtype_t type; /* what to wait for, as for waitid(2) */
	id_t id;
	int options;
	bool is_wait4; /* arguments and results are those of wait4(2): pid and status, not info */
	pid_t pid;
	int *status;
	siginfo_t *info; /* may point to unused */
	siginfo_t unused;
	struct rusage *usage;

	volatile bool is_over; /* result is valid; a signal handler may set it */
	long result;           /* or -errno */
	bool is_counted;       /* in the statistics */
	int pidfd;             /* -1: none */
	nanos patience;        /* how long to wait on the pidfd before the next check without it */

	struct greenlet *greenlet;
	struct child_wait *outer; /* the main thread's: the wait that a handler has interrupted */
	pid_t process;            /* in the child of a fork by another greenlet, no thread owns it */
	struct line *line;        /* the queue that it is in; NULL: none */
	struct child_wait *next;
	_Atomic bool is_called;
};

/*
 * Waits on a greenlet. The caller fills in the fields from call to options, and those of the rest that is_wait4
 * selects. Returns what wait4 or waitid returns, with errno set. The caller's own process group must be passed by its
 * id: it means the group at the time of the call.
 */
long wait_for_children(struct child_wait *wait);

/*
 * Parks until there may be something for the wait to take. Returns 0 then, and also on a spurious wake-up, or EINTR,
 * ECANCELED, ENOMEM. Afterwards the wait is in a queue of those that wait for the same, and must leave it at its end.
 */
int wait_in_line(struct child_wait *wait);

/* True if no offload thread is available to watch the queue of the wait: its waiters then poll from time to time. */
bool line_is_unwatched(const struct child_wait *wait);

/* Wakes the next waiter in the queue. Does nothing for a wait that is in no queue. */
void leave_line(struct child_wait *wait);

#endif
