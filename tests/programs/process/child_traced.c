/* parks: waitpid */
/* A traced child: whoever waits for its end is told of its stops, too. */
#include "tests/programs/child.h"
#include <sys/ptrace.h>

static int be_traced(void *unused)
{
	(void)unused;
	msleep(60);
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		return 77;
	raise(SIGUSR1);
	msleep(60);
	raise(SIGSTOP);
	return 8;
}

int main(void)
{
	pid_t child = start_child(be_traced, NULL);
	int status = 0;

	say_status("first", waitpid(child, &status, 0), child, &status);
	say("PTRACE_CONT", ptrace(PTRACE_CONT, child, NULL, NULL));
	say_status("second", waitpid(child, &status, 0), child, &status);
	say("PTRACE_CONT", ptrace(PTRACE_CONT, child, NULL, NULL));
	say_status("at last", waitpid(child, &status, 0), child, &status);
	return 0;
}
