/* threads */
/* Every way to fork, from threads with others beside them: the child is a process that can do all that a process can.
 */
#include "tests/programs/threads.h"
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <sys/syscall.h>

static char stack[65536] __attribute__((aligned(64)));
static volatile bool is_over;

static void *tick(void *unused)
{
	while (!is_over)
		msleep(1);
	return unused;
}

static void *add_one(void *number)
{
	msleep(1);
	return (char *)number + 1;
}

/* It sleeps, waits for bytes and for descriptors, and has threads and a child. */
static int live(void *unused)
{
	struct pollfd fd = {.events = POLLIN};
	char byte = 0;
	int ends[2], status = 0;
	pthread_t thread;
	pid_t child;

	(void)unused;
	if (pipe(ends) != 0)
		return 1;
	fd.fd = ends[0];
	if (poll(&fd, 1, 5) != 0)
		return 2;
	thread = start(add_one, &byte);
	if (join(thread) != &byte + 1)
		return 3;
	child = fork();
	if (!child)
		_exit(write(ends[1], "x", 1) == 1 ? 4 : 5);
	if (read(ends[0], &byte, 1) != 1 || byte != 'x')
		return 6;
	if (waitpid(child, &status, 0) != child || status != 4 << 8)
		return 7;
	return is_over ? 8 : 42;
}

static pid_t by_fork(void)
{
	return fork();
}

static pid_t by_quiet_fork(void)
{
	return _Fork();
}

static pid_t by_clone(void)
{
	return clone(live, stack + sizeof(stack), SIGCHLD, NULL);
}

static pid_t by_raw_clone(void)
{
	return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static pid_t by_raw_clone3(void)
{
	struct clone_args arguments = {.exit_signal = SIGCHLD};

	return (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
}

static pid_t by_raw_fork(void)
{
#ifdef SYS_fork
	return (pid_t)syscall(SYS_fork);
#else
	return fork();
#endif
}

static const struct {
	const char *name;
	pid_t (*fork)(void);
} ways[] = {{"fork", by_fork}, {"_Fork", by_quiet_fork}, {"clone", by_clone}, {"SYS_clone", by_raw_clone},
    {"SYS_clone3", by_raw_clone3}, {"SYS_fork", by_raw_fork}};

enum { WAYS = sizeof(ways) / sizeof(*ways) };

static void *go(void *number)
{
	int way = (int)(long)number, status = -1;
	pid_t child = must(ways[way].name, ways[way].fork());

	if (!child)
		_exit(live(NULL));
	must("waitpid", waitpid(child, &status, 0));
	return (void *)(long)(WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
}

int main(void)
{
	pthread_t ticker = start(tick, NULL);

	for (long i = 0; i < WAYS; i++) {
		say(ways[i].name, (long)join(start(go, (void *)i)));
		say("from the main thread", (long)go((void *)i));
	}
	is_over = true;
	join(ticker);
	return 0;
}
