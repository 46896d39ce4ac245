/* Children of the test programs, and what is said of their ends. */
#ifndef CHILD_H
#define CHILD_H

#include "say.h"

static inline int end_late(void *status)
{
	msleep_once_parent_waits(60);
	return *(int *)status;
}

/* One that ends with this status a while after its parent has begun to wait; must be waited for. */
static inline pid_t late_child(int status)
{
	return start_child(end_late, &status);
}

static inline int wait_for_end(void *unused)
{
	(void)unused;
	signal(SIGALRM, SIG_DFL); /* start_child()'s */
	while (pause() < 0)
		;
	return 1;
}

/* One that only a signal ends. */
static inline pid_t lasting_child(void)
{
	return start_child(wait_for_end, NULL);
}

/* Sends a signal a little later, by a child that nobody sees: it is init's. */
static inline void kill_late(pid_t pid, int signo, int ms)
{
	pid_t go_between;

	fflush(stdout);
	go_between = must("fork", fork());
	if (!go_between) {
		if (fork())
			_exit(0);
		msleep(ms);
		kill(pid, signo);
		_exit(0);
	}
	while (waitpid(go_between, NULL, 0) < 0 && errno == EINTR)
		;
}

/* What a status of wait(2) says, after whether it is that of the child that is meant. */
static inline void say_status(const char *what, pid_t found, pid_t meant, const int *of)
{
	int status = *of;

	if (found < 0) {
		say(what, found);
		return;
	}
	printf("%s: %s child, ", what, found == meant ? "the" : "another");
	if (WIFEXITED(status))
		printf("exit %d\n", WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		printf("killed by %s\n", sigabbrev_np(WTERMSIG(status)));
	else if (WIFSTOPPED(status))
		printf("stopped by %s\n", sigabbrev_np(WSTOPSIG(status)));
	else
		printf("%s\n", WIFCONTINUED(status) ? "continued" : "nothing known");
}

#endif
