/*
 * Calls by which another program starts. It inherits the signal mask of the thread that makes the call: the OS thread
 * has the calling greenlet's for so long.
 */
#include "../runtime/mask.h"
#include "blocking.h"
#include <alloca.h>
#include <spawn.h>
#include <stdarg.h>

extern char **environ;

/* After a call that came back. */
static long back(bool shown, long result)
{
	if (shown)
		apply_masks(self->hub);
	return result;
}

int execve(const char *path, char *const argv[], char *const envp[])
{
	bool shown = show_own_mask();

	return (int)back(shown, libc.execve(path, argv, envp));
}

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

int execvpe(const char *file, char *const argv[], char *const envp[])
{
	bool shown = show_own_mask();

	return (int)back(shown, libc.execvpe(file, argv, envp));
}

int execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

int execvp(const char *file, char *const argv[])
{
	return execvpe(file, argv, environ);
}

static size_t count_arguments(va_list arguments)
{
	size_t n = 1;

	while (va_arg(arguments, char *))
		n++;
	return n;
}

/* With the terminating NULL. */
static void list_arguments(char **argv, size_t n, const char *first, va_list arguments)
{
	argv[0] = (char *)first;
	for (size_t i = 1; i <= n; i++)
		argv[i] = va_arg(arguments, char *);
}

int execl(const char *path, const char *first, ...)
{
	va_list arguments;
	char **argv;
	size_t n;

	va_start(arguments, first);
	n = count_arguments(arguments);
	va_end(arguments);
	argv = alloca((n + 1) * sizeof(*argv));
	va_start(arguments, first);
	list_arguments(argv, n, first, arguments);
	va_end(arguments);
	return execv(path, argv);
}

int execlp(const char *file, const char *first, ...)
{
	va_list arguments;
	char **argv;
	size_t n;

	va_start(arguments, first);
	n = count_arguments(arguments);
	va_end(arguments);
	argv = alloca((n + 1) * sizeof(*argv));
	va_start(arguments, first);
	list_arguments(argv, n, first, arguments);
	va_end(arguments);
	return execvp(file, argv);
}

int execle(const char *path, const char *first, ...)
{
	va_list arguments;
	char **argv, **envp;
	size_t n;

	va_start(arguments, first);
	n = count_arguments(arguments);
	va_end(arguments);
	argv = alloca((n + 1) * sizeof(*argv));
	va_start(arguments, first);
	list_arguments(argv, n, first, arguments);
	envp = va_arg(arguments, char **);
	va_end(arguments);
	return execve(path, argv, envp);
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

FILE *popen(const char *command, const char *mode)
{
	bool shown = show_own_mask();

	return (FILE *)back(shown, (long)libc.popen(command, mode));
}
