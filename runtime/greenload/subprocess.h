/*
 * Child processes: run beside the greenlets, fed and read by pipes, with a limit on their time. Needs Linux 5.3.
 *
 *	struct green_output output;
 *
 *	if (green_shell("date; uptime", NULL, 0, 2.0, &output) == 0)
 *		fwrite(output.out, 1, output.out_size, stdout);
 *	green_output_free(&output);
 *
 * The signal SIGCHLD is left to the program; one that ignores it, or waits for any child, takes the status away: then
 * ECHILD is the failure. A child must not be used after it was freed: that is not detected, but in a library built with
 * `make DEBUG=1`, which ends the process with a message. A greenlet at a time may wait for a child, of any OS thread.
 */
#ifndef GREENLOAD_SUBPROCESS_H
#define GREENLOAD_SUBPROCESS_H

#include <stddef.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef struct green_child green_child_t;

/* Which of the child's descriptors 0, 1, 2 are pipes to us, by or; it inherits the others. */
enum green_pipes { GREEN_STDIN = 1, GREEN_STDOUT = 2, GREEN_STDERR = 4 };

/*
 * Starts argv[0], looked up in PATH, with these arguments up to a NULL. Does not park. NULL with errno EINVAL, ENOMEM,
 * EMFILE, ENFILE, ENOSYS (no pidfd_open), and why it could not be executed (ENOENT, EACCES and others of execve(2)).
 */
green_child_t *green_child_new(const char *const *argv, int pipes);

/* Kills it if it still runs, waits for its end, closes the pipes and frees it. NULL is allowed. Parks, killed or not.
 */
void green_child_free(green_child_t *child);

/* Its process id; -1 for NULL. */
pid_t green_child_pid(const green_child_t *child);

/*
 * Our end of the pipe to its descriptor 0, 1 or 2: to be read and written as any, which parks. It is closed with the
 * child, or by green_child_close_pipe(). -1 with errno EBADF (there is no such pipe), EINVAL.
 */
int green_child_fd(const green_child_t *child, int of);

/* Closes it before: to its standard input, that is the end of what it reads. Fails with EBADF, EINVAL. */
int green_child_close_pipe(green_child_t *child, int of);

/* Sends it a signal. Fails with ESRCH (it has ended), EINVAL. */
int green_child_kill(green_child_t *child, int signo);

/*
 * Parks until it has ended, and stores how, as waitpid(2) has it, in *status, unless that is NULL. May be asked again.
 * Fails with ETIMEDOUT, ECANCELED, EINTR, ECHILD, EINVAL.
 */
int green_child_wait(green_child_t *child, double timeout, int *status);

/* What a child has written, each with a 0 byte behind it that does not count, and how it has ended. */
struct green_output {
	char *out, *err;
	size_t out_size, err_size;
	int status; /* as waitpid(2) has it; -1 while it is not known */
};

/*
 * Writes input to the child's pipe and closes it, reads what it writes to its others until they are closed, waits for
 * its end, and stores all of that in *output. Where the child does not read on, the rest of the input is dropped.
 * *output is to be given to green_output_free() whatever is returned: on failure it has what came before. Fails with
 * ETIMEDOUT, ECANCELED, EINTR, ECHILD, ENOMEM, EINVAL; the child then lives on.
 */
int green_child_communicate(
    green_child_t *child, const void *input, size_t size, double timeout, struct green_output *output);

/* Frees what it holds. NULL is allowed. */
void green_output_free(struct green_output *output);

/*
 * All of this in one: starts it with all three pipes, communicates, frees it. Fails as they do, and where the time is
 * over or the wait for it has ended otherwise, it was killed.
 */
int green_run(const char *const *argv, const void *input, size_t size, double timeout, struct green_output *output);

/* The same for a command of the shell's, /bin/sh. */
int green_shell(const char *command, const void *input, size_t size, double timeout, struct green_output *output);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
