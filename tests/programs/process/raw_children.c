/* parks: wait4 waitid */
/* syscall() with the numbers of the calls that make children, wait for them, and start other programs. */
#include "tests/programs/child.h"
#include <linux/sched.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static void wait_for_ends(void)
{
	struct rusage usage = {0};
	siginfo_t info = {0};
	pid_t child = lasting_child();
	int status = 0;

	say("not yet", syscall(SYS_wait4, child, &status, (long)WNOHANG, NULL));
	must("kill", kill(child, SIGKILL));
	say_status("then", (pid_t)syscall(SYS_wait4, child, &status, 0L, NULL), child, &status);
	child = late_child(1);
	say_status("wait4", (pid_t)syscall(SYS_wait4, child, &status, 0L, &usage), child, &status);
	say_whether("used", usage.ru_maxrss > 0);
	child = late_child(2);
	say_status("any", (pid_t)syscall(SYS_wait4, -1L, &status, 0L, NULL), child, &status);
	child = late_child(3);
	memset(&usage, 0, sizeof(usage));
	say("waitid", syscall(SYS_waitid, (long)P_PID, child, &info, (long)WEXITED, &usage));
	say_whether("of the child", info.si_pid == child && info.si_status == 3);
	say_whether("used", usage.ru_maxrss > 0);
	late_child(4);
	say("waitid, any", syscall(SYS_waitid, (long)P_ALL, 0L, &info, (long)WEXITED, NULL));
	say("status", info.si_status);
	say("no child", syscall(SYS_wait4, -1L, &status, 0L, NULL));
	say("no child", syscall(SYS_waitid, (long)P_ALL, 0L, NULL, (long)WEXITED, NULL));
	say("wrong options", syscall(SYS_waitid, (long)P_ALL, 0L, NULL, 0L, NULL));
}

/* A fork by another name. The child makes no call that is hooked: nothing has prepared it for that. */
static void clone_by_number(void)
{
	struct clone_args how = {.exit_signal = SIGCHLD};
	int status = 0;
	long child;

	fflush(stdout);
	child = syscall(SYS_clone3, &how, sizeof(how));
	if (!child)
		syscall(SYS_exit_group, 5L);
	say_whether("clone3", child > 0);
	say_status("clone3", waitpid((pid_t)child, &status, 0), (pid_t)child, &status);
	child = syscall(SYS_clone, (long)SIGCHLD, NULL, NULL, NULL, NULL);
	if (!child)
		syscall(SYS_exit_group, 6L);
	say_status("clone", waitpid((pid_t)child, &status, 0), (pid_t)child, &status);
}

static void execute(long number, long a, const void *b, const void *c, const void *d, long e)
{
	int status = 0;
	pid_t child;

	fflush(stdout);
	child = must("fork", fork());
	if (!child) {
		syscall(number, a, b, c, d, e);
		_exit(99);
	}
	say_status("ended", waitpid(child, &status, 0), child, &status);
}

static void start_programs(void)
{
	const char *argv[] = {"sh", "-c", "echo $WORD; exit 7", NULL}, *envp[] = {"WORD=hello", NULL};

	execute(SYS_execve, (long)"/bin/sh", argv, envp, NULL, 0);
	execute(SYS_execveat, AT_FDCWD, "/bin/sh", argv, envp, 0);
	say("execve of nothing", syscall(SYS_execve, "missing", argv, envp));
	say("execveat of nothing", syscall(SYS_execveat, (long)AT_FDCWD, "missing", argv, envp, 0L));
}

int main(void)
{
	wait_for_ends();
	clone_by_number();
	start_programs();
	return 0;
}
