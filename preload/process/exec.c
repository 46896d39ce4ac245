/*
 * Calls that start another program. It inherits the signal mask of the thread that makes the call: so the OS thread has
 * the calling greenlet's mask for the time of the call.
 */
#include "preload/core/blocking.h"
#include "runtime/sched/mask.h"
#include <alloca.h>
#include <spawn.h>
#include <stdarg.h>

extern char **environ;

/* For a call that has returned. */
static long back(bool shown, long result)
{
	if (shown)
		apply_masks(self->hub);
	return result;
}

static int do_execve(const char *path, char *const argv[], char *const envp[])
{
	bool shown = show_own_mask();

	return (int)back(shown, libc.execve(path, argv, envp));
}
synonym(execve, do_execve);

int execveat(int dir, const char *path, char *const argv[], char *const envp[], int flags)
{
	bool shown = show_own_mask();

	return (int)back(shown, libc.execveat(dir, path, argv, envp, flags));
}

int fexecve(int fd, char *const argv[], char *const envp[])
{
	bool shown = show_own_mask();

	return (int)back(shown, libc.fexecve(fd, argv, envp));
}

static int do_execvpe(const char *file, char *const argv[], char *const envp[])
{
	bool shown = show_own_mask();

	return (int)back(shown, libc.execvpe(file, argv, envp));
}
synonym(execvpe, do_execvpe);

int execv(const char *path, char *const argv[])
{
	return do_execve(path, argv, environ);
}

int execvp(const char *file, char *const argv[])
{
	return do_execvpe(file, argv, environ);
}

static size_t count_arguments(va_list arguments)
{
	va_list rest;
	size_t n = 1;

	va_copy(rest, arguments);
	while (va_arg(rest, char *))
		n++;
	va_end(rest);
	return n;
}

/* The environment may follow the terminating NULL. */
static int execute_list(int (*execute)(const char *file, char *const argv[], char *const envp[]), const char *file,
    const char *first, va_list arguments, bool has_environment)
{
	size_t n = count_arguments(arguments), i;
	char **argv = alloca((n + 1) * sizeof(*argv));

	argv[0] = (char *)first;
	for (i = 1; i <= n; i++)
		argv[i] = va_arg(arguments, char *);
	return execute(file, argv, has_environment ? va_arg(arguments, char **) : environ);
}

int execl(const char *path, const char *first, ...)
{
	va_list arguments;
	int result;

	va_start(arguments, first);
	result = execute_list(do_execve, path, first, arguments, false);
	va_end(arguments);
	return result;
}

int execlp(const char *file, const char *first, ...)
{
	va_list arguments;
	int result;

	va_start(arguments, first);
	result = execute_list(do_execvpe, file, first, arguments, false);
	va_end(arguments);
	return result;
}

int execle(const char *path, const char *first, ...)
{
	va_list arguments;
	int result;

	va_start(arguments, first);
	result = execute_list(do_execve, path, first, arguments, true);
	va_end(arguments);
	return result;
}

int posix_spawn(pid_t *restrict child, const char *restrict path, const posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *restrict attributes, char *const argv[restrict], char *const envp[restrict])
{
	bool shown = show_own_mask();

	return (int)back(shown, libc.posix_spawn(child, path, actions, attributes, argv, envp));
}

int posix_spawnp(pid_t *restrict child, const char *restrict file, const posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *restrict attributes, char *const argv[restrict], char *const envp[restrict])
{
	bool shown = show_own_mask();

	return (int)back(shown, libc.posix_spawnp(child, file, actions, attributes, argv, envp));
}

/* The descriptor of the child is new to the file-descriptor table. */
static int spawned(int error, const int *fd)
{
	if (!error && fd && (self || fd_traits(*fd)))
		fd_made(*fd);
	return error == -1 ? ENOSYS : error; /* -1: this libc has no such function */
}

int pidfd_spawn(int *restrict fd, const char *restrict path, const posix_spawn_file_actions_t *restrict actions,
    const posix_spawnattr_t *restrict attributes, char *const argv[restrict], char *const envp[restrict])
{
	bool shown = show_own_mask();
	int error = libc.pidfd_spawn(fd, path, actions, attributes, argv, envp);

	return spawned((int)back(shown, error), fd);
}

int pidfd_spawnp(int *restrict fd, const char *restrict file, const posix_spawn_file_actions_t *restrict actions,
    const posix_spawnattr_t *restrict attributes, char *const argv[restrict], char *const envp[restrict])
{
	bool shown = show_own_mask();
	int error = libc.pidfd_spawnp(fd, file, actions, attributes, argv, envp);

	return spawned((int)back(shown, error), fd);
}

FILE *popen(const char *command, const char *mode)
{
	bool shown = show_own_mask();

	return (FILE *)back(shown, (long)libc.popen(command, mode));
}
