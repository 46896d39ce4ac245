/* threads */
/* A program that one of several threads starts inherits that one's signal mask, whichever call starts it. */
#include "tests/programs/threads.h"
#include <spawn.h>

extern char **environ;

#define SHELL  "/bin/sh"
#define SCRIPT "kill -USR2 $$; echo 'it is blocked here'"

static char *const arguments[] = {"sh", "-c", SCRIPT, NULL};

static void by_execve(void)
{
	execve(SHELL, arguments, environ);
}

static void by_execveat(void)
{
	execveat(AT_FDCWD, SHELL, arguments, environ, 0);
}

static void by_fexecve(void)
{
	fexecve(must("open", open(SHELL, O_RDONLY | O_CLOEXEC)), arguments, environ);
}

static void by_execv(void)
{
	execv(SHELL, arguments);
}

static void by_execvp(void)
{
	execvp("sh", arguments);
}

static void by_execvpe(void)
{
	execvpe("sh", arguments, environ);
}

static void by_execl(void)
{
	execl(SHELL, "sh", "-c", SCRIPT, (char *)NULL);
}

static void by_execlp(void)
{
	execlp("sh", "sh", "-c", SCRIPT, (char *)NULL);
}

static void by_execle(void)
{
	execle(SHELL, "sh", "-c", SCRIPT, (char *)NULL, environ);
}

static void by_posix_spawn(void)
{
	pid_t child;

	say_error("posix_spawn", posix_spawn(&child, SHELL, NULL, NULL, arguments, environ));
	end_child(child);
	say_error("posix_spawnp", posix_spawnp(&child, "sh", NULL, NULL, arguments, environ));
	end_child(child);
	fflush(stdout);
	_exit(0);
}

static void by_popen(void)
{
	char line[100];
	FILE *pipe = popen(SCRIPT, "r");

	if (pipe && fgets(line, sizeof(line), pipe))
		fputs(line, stdout);
	say("pclose", pipe ? pclose(pipe) : -1);
	fflush(stdout);
	_exit(0);
}

static void *let_it_through(void *unused)
{
	sigset_t none;

	sigemptyset(&none);
	pthread_sigmask(SIG_SETMASK, &none, NULL);
	msleep(10000);
	return unused;
}

/* The child has two threads, and the one that blocks the signal goes on to another program. */
static int start_program(void *call)
{
	sigset_t set;
	pthread_t thread;

	must("pthread_create", -pthread_create(&thread, NULL, let_it_through, NULL));
	msleep(5);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	must("pthread_sigmask", -pthread_sigmask(SIG_BLOCK, &set, NULL));
	alarm(0);
	(*(void (**)(void))call)();
	return 1;
}

static void try(const char *what, void (*call)(void))
{
	printf("%s\n", what);
	end_child(start_child(start_program, &call));
}

/* A call that fails leaves the mask as it was. */
static void *failing(void *unused)
{
	sigset_t blocked;

	say("execv", execv("/no/such/program", arguments));
	must("sigprocmask", sigprocmask(SIG_BLOCK, NULL, &blocked));
	say_whether("blocked", sigismember(&blocked, SIGUSR2));
	return unused;
}

int main(void)
{
	try("execve", by_execve);
	try("execveat", by_execveat);
	try("fexecve", by_fexecve);
	try("execv", by_execv);
	try("execvp", by_execvp);
	try("execvpe", by_execvpe);
	try("execl", by_execl);
	try("execlp", by_execlp);
	try("execle", by_execle);
	try("posix_spawn", by_posix_spawn);
	try("popen", by_popen);
	join(start(failing, NULL));
	return 0;
}
