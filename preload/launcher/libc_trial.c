#include "libc_trial.h"
#include "library.h"
#include "preload/core/stats.h"
#include "refuse.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Not for users: the library reports by its statistics. */
#define TRIAL "--try-libc"

/* The trial creates one thread; if it takes longer than this, it hangs. */
enum { TRIAL_SECONDS = 10, MOST_SAID = 4096 };

bool is_trial(char *const argv[])
{
	return argv[0] && argv[1] && strcmp(argv[1], TRIAL) == 0 && !argv[2];
}

static void *do_nothing(void *unused)
{
	return unused;
}

_Noreturn void try_libc(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, do_nothing, NULL) == 0)
		pthread_join(thread, NULL);
	exit(0);
}

/* The pipe replaces stderr, to which the statistics go. */
static _Noreturn void run_trial(const int ends[2])
{
	char name[] = "greenload", trial[] = TRIAL, *argv[] = {name, trial, NULL};
	const char *library;

	dup2(ends[1], STDERR_FILENO);
	close(ends[0]);
	close(ends[1]);
	library = find_library();
	setenv("GREENLOAD_PATCH", "all", true);
	setenv("GREENLOAD_STATS", "-", true);
	setenv("LD_PRELOAD", preload_list(library, getenv("LD_PRELOAD")), true);
	alarm(TRIAL_SECONDS);
	execv("/proc/self/exe", argv);
	_exit(OUR_FAILURE);
}

static void read_all(int fd, char said[MOST_SAID])
{
	size_t length = 0;
	ssize_t n;

	while (length < MOST_SAID - 1 && (n = read(fd, said + length, MOST_SAID - 1 - length)) > 0)
		length += (size_t)n;
	said[length] = '\0';
}

static const char *objection_in(char *said)
{
	static const char before[] = "\"libc\": \"" NATIVE_BY_LIBC;
	char *found = strstr(said, before), *text = found ? found + strlen(before) : NULL;

	if (text)
		text[strcspn(text, "\"")] = '\0';
	return text ? formatted("%s", text) : NULL;
}

const char *objection_to_libc(void)
{
	char said[MOST_SAID];
	int ends[2], status = 0;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return NULL;
	child = fork();
	if (child == 0)
		run_trial(ends);
	close(ends[1]);
	if (child > 0)
		read_all(ends[0], said);
	close(ends[0]);
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return NULL;
	if (WIFSIGNALED(status))
		return formatted("a trial with one thread ended by signal %d", WTERMSIG(status));
	return objection_in(said);
}
