/* parks: waitpid */
/* Starting programs, by all the ways there are: what they inherit, and how they end. */
#include "tests/programs/child.h"
#include <dirent.h>
#include <pty.h>
#include <spawn.h>

extern char **environ;

/* libc ignores its own signals in what it spawns, where there is no handler yet: with the first thread there is. */
#define LIBCS_OWN (3ull << 31)

static char self[4096];

/*
 * As the program that is started: its descriptors and what it does about signals. High ones are looked at where the
 * environment is new: something that is preloaded may have some.
 */
static int tell(const char *name)
{
	char line[256];
	FILE *status = fopen("/proc/self/status", "r");
	int fd, end = getenv("WORD") ? 4096 : 900;

	printf("%s, descriptors", name);
	for (fd = 0; fd < end; fd++)
		if (fcntl(fd, F_GETFD) >= 0 && (!status || fd != fileno(status)))
			printf(" %d", fd);
	printf("\n");
	while (status && fgets(line, sizeof(line), status))
		if (strncmp(line, "SigBlk", 6) == 0 || strncmp(line, "SigIgn", 6) == 0)
			printf("%.8s%llx\n", line, strtoull(line + 8, NULL, 16) & ~LIBCS_OWN);
	return 40 + (getenv("WORD") != NULL);
}

static void say_end(const char *what, pid_t child)
{
	int status = 0;

	say_status(what, waitpid(child, &status, 0), child, &status);
}

enum { EXECV, EXECVE, EXECVP, EXECVPE, EXECL, EXECLE, EXECLP, FEXECVE, WAYS };

static const char *const names[] = {"execv", "execve", "execvp", "execvpe", "execl", "execle", "execlp", "fexecve"};

static int execute(void *way)
{
	char *argv[] = {self, "tell", (char *)names[*(int *)way], NULL}, *envp[] = {"WORD=1", NULL};

	switch (*(int *)way) {
	case EXECV:
		return execv(self, argv);
	case EXECVE:
		return execve(self, argv, envp);
	case EXECVP:
		return execvp(self, argv);
	case EXECVPE:
		return execvpe(self, argv, envp);
	case EXECL:
		return execl(self, argv[0], argv[1], argv[2], (char *)NULL);
	case EXECLE:
		return execle(self, argv[0], argv[1], argv[2], (char *)NULL, envp);
	case EXECLP:
		return execlp(self, argv[0], argv[1], argv[2], (char *)NULL);
	default:
		return fexecve(open(self, O_RDONLY | O_CLOEXEC), argv, envp);
	}
}

static void execute_by_all_ways(void)
{
	for (int way = 0; way < WAYS; way++)
		say_end(names[way], start_child(execute, &way));
}

static int execute_nothing(void *unused)
{
	(void)unused;
	say("execv", execl("/nowhere/to/be/found", "x", (char *)NULL));
	say("of a directory", execl("/", "x", (char *)NULL));
	fflush(stdout);
	return 3;
}

static void spawn(void)
{
	char *argv[] = {self, "tell", "spawned", NULL}, *shell[] = {"sh", "-c", "exit 5", NULL}, *none[] = {"x", NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t set;
	pid_t child = 0;

	fflush(stdout);
	say_error("posix_spawn", posix_spawn(&child, self, NULL, NULL, argv, environ));
	say_end("posix_spawn", child);
	say_error("posix_spawnp", posix_spawnp(&child, "sh", NULL, NULL, shell, environ));
	say_end("posix_spawnp", child);
	say_error("nothing there", posix_spawn(&child, "/nowhere/to/be/found", NULL, NULL, none, environ));
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &set);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, 1, 9);
	posix_spawn_file_actions_addclose(&actions, 0);
	fflush(stdout);
	say_error("with actions", posix_spawn(&child, self, &actions, &attributes, argv, environ));
	say_end("with actions", child);
	say_whether("descriptor 0 is still ours", fcntl(0, F_GETFD) >= 0);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	say("nobody is left", waitpid(-1, NULL, WNOHANG));
}

static void start_shells(void)
{
	char line[32] = "";
	double start = now();
	FILE *stream;

	fflush(stdout);
	say("system", system("sleep 0.05; exit 6"));
	say_waited("system", start, 40);
	say("killed", system("kill -TERM $$"));
	say_whether("a shell", system(NULL));
	stream = popen("sleep 0.05; echo hello; exit 7", "r");
	say_whether("popen", stream && fgets(line, sizeof(line), stream));
	fputs(line, stdout);
	say("pclose", pclose(stream));
	fflush(stdout);
	stream = popen("read word; echo $word; exit 8", "w");
	fputs("word\n", stream);
	say("pclose", pclose(stream));
}

/* What the child does to its descriptors, it does not do to its parent's. */
static void fork_virtually(void)
{
	pid_t child;

	fflush(stdout);
	child = vfork();
	if (!child) {
		dup2(1, 7);
		execl(self, self, "tell", "vfork", (char *)NULL);
		_exit(1);
	}
	say_end("vfork", child);
	say_whether("descriptor 7 is ours", fcntl(7, F_GETFD) >= 0);
	child = vfork();
	if (!child)
		_exit(9);
	say_end("vfork", child);
}

static int become_daemon(void *ends)
{
	int *pair = ends;

	if (daemon(1, 1) < 0)
		return 1;
	msleep(20);
	return write(pair[1], getsid(0) == getpid() ? "d" : "?", 1) != 1;
}

static void make_daemon(void)
{
	int pair[2];
	char byte = 0;
	pid_t child;

	must("pipe", pipe(pair));
	child = start_child(become_daemon, pair);
	say_end("daemon's parent", child);
	close(pair[1]);
	say_bytes("of the daemon", read(pair[0], &byte, 1), &byte);
	close(pair[0]);
}

static void fork_with_terminal(void)
{
	char line[32] = "";
	int fd = -1;
	pid_t child;

	fflush(stdout);
	child = must("forkpty", forkpty(&fd, NULL, NULL, NULL));
	if (!child) {
		msleep(30);
		printf(isatty(0) && isatty(1) ? "terminal\n" : "none\n");
		fflush(stdout);
		_exit(11);
	}
	say("line", read_enough(fd, line, 10));
	printf("%.8s\n", line);
	say_end("forkpty", child);
	close(fd);
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "tell") == 0)
		return tell(argv[2]);
	must("readlink", readlink("/proc/self/exe", self, sizeof(self) - 1));
	execute_by_all_ways();
	say_end("nothing executed", start_child(execute_nothing, NULL));
	spawn();
	start_shells();
	fork_virtually();
	make_daemon();
	fork_with_terminal();
	return 0;
}
