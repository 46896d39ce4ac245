/*
 * Waiting for children. libc's wait, waitpid, wait3, system and pclose all come to wait4, inside libc. A greenlet that
 * waits for one child parks on its pidfd; for any child, or for more than the end of one, a helper OS thread waits, and
 * only looks: the child's status is left for the greenlet to take.
 */
#include "arch.h"
#include "blocking.h"
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* Options of wait4 that waitid has too, by the same values. */
#define PASSED_ON (WCONTINUED | __WCLONE | __WALL)

struct look {
	idtype_t type;
	id_t id;
	int options;
};

static void look_natively(void *arg)
{
	const struct look *look = arg;
	siginfo_t info;

	while (waitid(look->type, look->id, &info, look->options) < 0 && errno == EINTR)
		;
}

/* As wait4 has it: a pid, any child, a process group, and 0 for the caller's. */
static struct look look_for(pid_t pid, int options)
{
	struct look look = {P_PID, (id_t)pid, WEXITED | WNOWAIT | (options & PASSED_ON)};

	if (options & WUNTRACED)
		look.options |= WSTOPPED;
	if (pid == -1)
		look.type = P_ALL;
	else if (pid <= 0)
		look = (struct look){P_PGID, (id_t)(pid ? -pid : getpgrp()), look.options};
	return look;
}

/* True: it is worth another try. Else errno says why not. */
static bool waits_on_helper(struct blocking *call, pid_t pid, int options)
{
	struct look *look = malloc(sizeof(*look));

	if (!look)
		return false;
	*look = look_for(pid, options);
	if (!finishes_on_helper(call, look_natively, free, look))
		return false;
	free(look);
	return true;
}

static bool waits_on_pidfd(struct blocking *call, int pidfd)
{
	bool again;

	call->fd = pidfd;
	errno = EAGAIN;
	again = park_until_ready(call);
	call->fd = -1;
	fd_forget(pidfd);
	libc.close(pidfd);
	return again;
}

/* Also true when the wait has ended without cause. */
static bool waits_for_child(struct blocking *call, pid_t pid, int options)
{
	long pidfd = -1;

	if (pid > 0 && !(options & (WUNTRACED | WCONTINUED)))
		pidfd = raw_syscall(SYS_pidfd_open, pid, 0, 0, 0, 0, 0);
	return pidfd < 0 ? waits_on_helper(call, pid, options) : waits_on_pidfd(call, (int)pidfd);
}

pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
	struct blocking call = blocking_on(CALL_wait4, -1, POLLIN);
	pid_t child;

	call.dont_wait = options & (WNOHANG | __WNOTHREAD);
	if (goes_native(&call))
		return libc.wait4(pid, status, options, usage);
	do
		child = libc.wait4(pid, status, options | WNOHANG, usage);
	while (!child && waits_for_child(&call, pid, options));
	return (pid_t)settled(&call, child ? child : -1);
}
