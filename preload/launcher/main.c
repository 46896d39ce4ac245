/* greenload(1): runs a command with the library preloaded, or checks a process. */
#include "check.h"
#include "explain.h"
#include "file.h"
#include "libc_trial.h"
#include "library.h"
#include "options.h"
#include "refuse.h"
#include "script.h"
#include "target.h"
#include <errno.h>
#include <paths.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

static void set_variable(const char *name, const char *value)
{
	if (value && setenv(name, value, true) < 0)
		refuse(OUR_FAILURE, "cannot set %s: %s", name, strerror(errno));
}

/* By itself, the library leaves threads alone. */
static const char *usual_patch(void)
{
	const char *said = getenv("GREENLOAD_PATCH");

	return said && *said ? said : "all";
}

/* With env(1) it takes several executions to reach the intended program. */
static void set_environment(const struct options *options, const char *library, int executions)
{
	set_variable("GREENLOAD_PATCH", options->patch ? options->patch : usual_patch());
	set_variable("GREENLOAD_STATS", options->stats);
	set_variable("GREENLOAD_STACK", options->stack);
	set_variable("GREENLOAD_SLICE", options->slice);
	if (options->no_follow)
		set_variable("GREENLOAD_FOLLOW", formatted("%d", executions));
	set_variable("LD_PRELOAD", preload_list(library, getenv("LD_PRELOAD")));
}

/* Runs `sh path args...`, as execvp does with a file that the kernel does not recognise. */
static void execute_by_shell(char *path, char **command)
{
	size_t count = 0;
	char **arguments;
	static char shell[] = _PATH_BSHELL;

	while (command[count])
		count++;
	arguments = calloc(count + 2, sizeof *arguments);
	if (!arguments)
		return;
	arguments[0] = shell;
	arguments[1] = path;
	memcpy(arguments + 2, command + 1, count * sizeof *arguments); /* with the NULL at the end */
	execve(shell, arguments, environ);
	free(arguments);
}

static _Noreturn void execute(char *path, char **command)
{
	struct head head;

	execve(path, command, environ);
	if (errno == ENOEXEC && read_head(path, &head) && is_text(&head))
		execute_by_shell(path, command);
	refuse(status_of(errno), "'%s' cannot be run: %s", *command, strerror(errno));
}

/*
 * With raised privileges the launcher would load a library for the caller that ld.so refuses to load, or would run
 * without it unnoticed.
 */
static void require_no_privileges(void)
{
	if (getauxval(AT_SECURE))
		refuse(OUR_FAILURE, "cannot work with more privileges than its caller's (set-uid and the like)");
}

int main(int argc, char **argv)
{
	struct options options;
	char *library, *path;
	int executions;

	if (is_trial(argv))
		try_libc();
	options = read_options(argc, argv);
	require_no_privileges();
	if (options.check)
		check(options.check);
	library = options.explain ? NULL : find_library();
	path = find_command(*options.command);
	if (!path)
		refuse(status_of(errno), "'%s' %s", *options.command,
		    errno == ENOENT ? "was not found" : "cannot be run: Permission denied");
	if (options.explain)
		explain(*options.command, path);
	executions = judge(*options.command, path);
	set_environment(&options, library, executions);
	execute(path, options.command);
}
