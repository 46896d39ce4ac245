/* waitid, of libc and of the kernel. */
#include "raw.h"
#include "runtime/signal/addressee.h"
#include "runtime/sys/user_memory.h"
#include "wait.h"
#include <stdlib.h>
#include <string.h>

/* The process of a pidfd, from proc_pid_fdinfo(5); 0 if that cannot be found out, or the process is gone. */
static pid_t pid_of(int pidfd)
{
	char path[40], text[512];
	const char *line;
	long fd, n;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
	fd = raw_syscall(SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0, 0, 0);
	if (fd < 0)
		return 0;
	n = raw_syscall(SYS_read, fd, (long)text, sizeof(text) - 1, 0, 0, 0);
	raw_syscall(SYS_close, fd, 0, 0, 0, 0, 0);
	text[n > 0 ? n : 0] = 0;
	line = strstr(text, "\nPid:");
	n = line ? strtol(line + 5, NULL, 10) : 0;
	return n > 0 ? (pid_t)n : 0;
}

/* A pidfd may be closed during the wait, so the wait is for the child itself. False for a pidfd with O_NONBLOCK. */
static bool name_child(struct child_wait *wait)
{
	pid_t pid = raw_syscall(SYS_fcntl, (long)wait->id, F_GETFL, 0, 0, 0, 0) & O_NONBLOCK ? 0
											     : pid_of((int)wait->id);

	wait->type = P_PID;
	wait->id = (id_t)pid;
	return pid > 0;
}

static int wait_for_id(
    idtype_t type, id_t id, siginfo_t *restrict info, int options, struct rusage *usage, bool *is_native)
{
	struct child_wait wait = {
	    .call = blocking_on(CALL_waitid, -1, 0), .type = type, .id = id, .options = options, .usage = usage};
	bool is_writable = info && is_readable(info);
	int result;

	wait.call.dont_wait = options & WNOHANG;
	*is_native = goes_native(&wait.call) || (type == P_PIDFD && !name_child(&wait));
	if (*is_native)
		return 0;
	if (type == P_PGID && !id)
		wait.id = (id_t)(pid_t)raw_syscall(SYS_getpgid, 0, 0, 0, 0, 0, 0);
	wait.info = is_writable ? info : &wait.unused;
	result = (int)wait_for_children(&wait);
	if (result < 0 || !info || is_writable)
		return result;
	errno = EFAULT;
	return -1;
}

/* A thread is not a child, and the kernel does not know the descriptor of a greenlet as a pidfd. */
static int answered(idtype_t type, id_t id, int result)
{
	struct greenlet *g;

	if (result < 0 && errno == EBADF && type == P_PIDFD && addressee_of(OF_PIDFD, (int)id, NULL, &g) &&
	    raw_syscall(SYS_fcntl, (long)id, F_GETFD, 0, 0, 0, 0) >= 0)
		errno = ECHILD;
	return result;
}

int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
	bool is_native;
	int result = wait_for_id(type, id, info, options, NULL, &is_native);

	return answered(type, id, is_native ? libc.waitid(type, id, info, options) : result);
}

/* The raw system call has one argument more. */
long raw_waitid(long type, long id, long info, long options, long usage, long f)
{
	bool is_native;
	int result = wait_for_id(
	    (idtype_t)type, (id_t)id, (siginfo_t *)info, (int)options, (struct rusage *)usage, &is_native);

	if (is_native)
		result = (int)libc.syscall(SYS_waitid, type, id, info, options, usage, f);
	return answered((idtype_t)type, (id_t)id, result);
}
