/* wait4 and its shorter variants. libc's own calls, as in system() and pclose(), arrive here, too. */
#include "wait.h"

static void set_pid(struct child_wait *wait, pid_t pid)
{
	wait->pid = pid;
	if (pid == -1) {
		wait->type = P_ALL;
	} else if (pid == 0) {
		wait->type = P_PGID;
		wait->id = (id_t)(pid_t)raw_syscall(SYS_getpgid, 0, 0, 0, 0, 0, 0);
		if (wait->id > 1) /* -1 would mean any child */
			wait->pid = -(pid_t)wait->id;
	} else {
		wait->type = pid < 0 ? P_PGID : P_PID;
		wait->id = pid < 0 ? 0 - (id_t)pid : (id_t)pid;
	}
}

static pid_t wait_for(enum call which, pid_t pid, int *status, int options, struct rusage *usage)
{
	struct child_wait wait = {
	    .call = blocking_on(which, -1, 0), .is_wait4 = true, .status = status, .usage = usage};

	wait.call.dont_wait = options & WNOHANG;
	/* The kernel must refuse flags that wait4 does not have; our own flag must not hide them. */
	if (goes_native(&wait.call) || (options & WEXITED))
		return libc.wait4(pid, status, options, usage);
	wait.options = options | WEXITED;
	set_pid(&wait, pid);
	return (pid_t)wait_for_children(&wait);
}

pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
	return wait_for(CALL_wait4, pid, status, options, usage);
}

pid_t wait3(int *status, int options, struct rusage *usage)
{
	return wait_for(CALL_wait3, -1, status, options, usage);
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	return wait_for(CALL_waitpid, pid, status, options, NULL);
}
synonym(__waitpid, waitpid);

pid_t wait(int *status)
{
	return wait_for(CALL_wait, -1, status, 0, NULL);
}
synonym(__wait, wait);
