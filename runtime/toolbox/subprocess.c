#include "child.h"
#include "runtime/greenload.h"
#include "runtime/sched/hub.h"
#include "runtime/sys/fail.h"
#include "seconds.h"
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void close_fd(int *fd)
{
	int error = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = error;
}

/* Stores the child's end in *its; the other end stays here. */
static int make_pipe(struct green_child *child, int of, int *its)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return errno;
	child->fds[of] = ends[of == 0];
	*its = ends[of != 0];
	return 0;
}

static int start(struct green_child *child, const char *const *argv, const int *its)
{
	posix_spawn_file_actions_t actions;
	int of, error = posix_spawn_file_actions_init(&actions);

	if (error)
		return error;
	for (of = 0; of < 3 && !error; of++) {
		if (its[of] >= 0)
			error = posix_spawn_file_actions_adddup2(&actions, its[of], of);
	}
	if (!error)
		error = posix_spawnp(&child->pid, argv[0], &actions, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* Ends a child that cannot be waited for in the normal way. */
static void take_back(struct green_child *child)
{
	kill(child->pid, SIGKILL);
	waitpid(child->pid, NULL, 0);
}

/* By a raw system call, as no hook knows pidfd_open. */
static int open_pidfd(struct green_child *child)
{
	child->pidfd = (int)raw_syscall(SYS_pidfd_open, child->pid, 0, 0, 0, 0, 0);
	if (child->pidfd >= 0)
		return 0;
	take_back(child);
	return -child->pidfd;
}

static int make_child(struct green_child *child, const char *const *argv, int pipes)
{
	int its[3] = {-1, -1, -1}, of, error = 0;

	for (of = 0; of < 3 && !error; of++) {
		if (pipes & 1 << of)
			error = make_pipe(child, of, &its[of]);
	}
	if (!error)
		error = start(child, argv, its);
	for (of = 0; of < 3; of++)
		close_fd(&its[of]);
	return error ? error : open_pidfd(child);
}

/* Closes the pipes and frees it. */
static void release(struct green_child *child)
{
	int of;

	for (of = 0; of < 3; of++)
		close_fd(&child->fds[of]);
	close_fd(&child->pidfd);
	tool_release(child);
}

green_child_t *green_child_new(const char *const *argv, int pipes)
{
	struct green_child *child = NULL;
	int error = !argv || !argv[0] || pipes & ~7 ? EINVAL : 0;

	if (!error) {
		child = tool_new(sizeof(*child), CHILD);
		if (!child)
			return NULL;
		child->fds[0] = child->fds[1] = child->fds[2] = child->pidfd = -1;
		error = make_child(child, argv, pipes);
	}
	if (!error)
		return child;
	if (child)
		release(child);
	errno = error;
	return NULL;
}

void green_child_free(green_child_t *child)
{
	bool is_shielded;

	if (!tool_is(child, CHILD))
		return;
	is_shielded = green_shield_begin() == 0;
	if (!child->has_ended) {
		green_child_kill(child, SIGKILL);
		while (green_child_wait(child, -1, NULL) < 0 && errno == EINTR)
			;
	}
	release(child);
	if (is_shielded)
		green_shield_end();
}

pid_t green_child_pid(const green_child_t *child)
{
	return tool_is(child, CHILD) ? child->pid : -1;
}

int green_child_fd(const green_child_t *child, int of)
{
	if (!tool_is(child, CHILD) || of < 0 || of > 2)
		return fail(EINVAL);
	return child->fds[of] < 0 ? fail(EBADF) : child->fds[of];
}

int green_child_close_pipe(green_child_t *child, int of)
{
	if (green_child_fd(child, of) < 0)
		return -1;
	close_fd(&child->fds[of]);
	return 0;
}

/* Sends the signal by the descriptor: the process ID may belong to another process by now. */
int green_child_kill(green_child_t *child, int signo)
{
	long result;

	if (!tool_is(child, CHILD))
		return fail(EINVAL);
	if (child->has_ended)
		return fail(ESRCH);
	result = raw_syscall(SYS_pidfd_send_signal, child->pidfd, signo, 0, 0, 0, 0);
	return result < 0 ? fail((int)-result) : 0;
}

int green_child_wait(green_child_t *child, double timeout, int *status)
{
	int ready;
	pid_t ended;

	if (!tool_is(child, CHILD) || is_no_time(timeout))
		return fail(EINVAL);
	if (!child->has_ended) {
		ready = green_wait_fd(child->pidfd, POLLIN, timeout);
		if (ready <= 0)
			return ready ? -1 : fail(ETIMEDOUT);
		ended = waitpid(child->pid, &child->status, WNOHANG);
		if (ended != child->pid)
			return ended < 0 ? -1 : fail(ECHILD);
		child->has_ended = true;
	}
	if (status)
		*status = child->status;
	return 0;
}
