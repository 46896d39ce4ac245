/*
 * Child processes: run beside the greenlets, fed and read by pipes, with a limit on their time. Needs Linux 5.3.
 *
 *	struct green_output output;
 *
 *	if (green_shell("date; uptime", NULL, 0, 2.0, &output) == 0)
 *		fwrite(output.out, 1, output.out_size, stdout);
 *	green_output_free(&output);
 *
 * The signal SIGCHLD is left to the program. A program that ignores it, or waits for any child, takes the status away:
 * the functions then fail with ECHILD. A child must not be used after it was freed. Such a use is detected only in a
 * library built with `make DEBUG=1`, which aborts the process with a message. Only one greenlet at a time may wait for
 * a child, on any OS thread.
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

/* Selects which of the child's descriptors 0, 1, 2 are pipes to us, combined by |; it inherits the others. */
enum green_pipes { GREEN_STDIN = 1, GREEN_STDOUT = 2, GREEN_STDERR = 4 };

/*
 * Starts argv[0], searched in PATH, with these arguments up to a NULL. Does not park. NULL with errno EINVAL, ENOMEM,
 * EMFILE, ENFILE, ENOSYS (no pidfd_open), or the reason why it could not be executed (ENOENT, EACCES and others of
 * execve(2)).
 */
green_child_t *green_child_new(const char *const *argv, int pipes);

/*
 * Kills it if it still runs, waits for its end, closes the pipes and frees it. NULL is allowed. Parks, even if the
 * caller is killed.
 */
void green_child_free(green_child_t *child);

/* Its process id; -1 for NULL. */
pid_t green_child_pid(const green_child_t *child);

/*
 * Our end of the pipe to its descriptor 0, 1 or 2; reads and writes on it park, as on any descriptor. It is closed with
 * the child, or by green_child_close_pipe(). -1 with errno EBADF (there is no such pipe), EINVAL.
 */
int green_child_fd(const green_child_t *child, int of);

/* Closes such a pipe early: for its standard input, that is the end of file. Fails with EBADF, EINVAL. */
int green_child_close_pipe(green_child_t *child, int of);

/* Sends it a signal. Fails with ESRCH (it has ended), EINVAL. */
int green_child_kill(green_child_t *child, int signo);

/*
 * Parks until it has ended, and stores its status, as waitpid(2) does, in *status, unless that is NULL. May be called
 * again. Fails with ETIMEDOUT, ECANCELED, EINTR, ECHILD, EINVAL.
 */
int green_child_wait(green_child_t *child, double timeout, int *status);

/* The output of a child, each part followed by a 0 byte that does not count, and its status. */
struct green_output {
	char *out, *err;
	size_t out_size, err_size;
	int status; /* as of waitpid(2); -1 while it is not known */
};

/*
 * Writes input to the child's pipe and closes it, reads the child's output from its other pipes until they are closed,
 * waits for its end, and stores all of that in *output. If the child stops reading, the rest of the input is dropped.
 * Pass *output to green_output_free() whatever is returned: on failure it holds what has arrived before. Fails with
 * ETIMEDOUT, ECANCELED, EINTR, ECHILD, ENOMEM, EINVAL; the child then continues to live.
 */
int green_child_communicate(
    green_child_t *child, const void *input, size_t size, double timeout, struct green_output *output);

/* Frees what *output holds. NULL is allowed. */
void green_output_free(struct green_output *output);

/*
 * All of this in one call: starts the child with all three pipes, communicates, frees it. Fails as those functions do;
 * if the timeout has expired or the wait has ended in another way, the child was killed.
 */
int green_run(const char *const *argv, const void *input, size_t size, double timeout, struct green_output *output);

/* The same for a command of the shell, /bin/sh. */
int green_shell(const char *command, const void *input, size_t size, double timeout, struct green_output *output);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
