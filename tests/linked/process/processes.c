/* fork, exec, system and popen from a greenlet, while others wait. */
#include "tests/linked/expect.h"
#include <sys/socket.h>
#include <sys/wait.h>

static int ends[2];
static bool stop;
static long ticks;

static void *tick(void *unused)
{
	while (!stop) {
		ticks++;
		expect_equal("usleep", usleep(1000), 0);
	}
	return unused;
}

static void *read_at_last(void *unused)
{
	char byte = 0;

	expect_equal("the parent's read", read(ends[0], &byte, 1), 1);
	expect_equal("its byte", byte, 'x');
	return unused;
}

static int status_of(pid_t child)
{
	int status = -1;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

static pid_t (*const ways_to_fork[])(void) = {fork, vfork};

static void *fork_and_exec(void *unused)
{
	pid_t child;
	size_t i;

	for (i = 0; i < sizeof(ways_to_fork) / sizeof(ways_to_fork[0]); i++) {
		child = (pid_t)must("fork", ways_to_fork[i]());
		if (!child) {
			execl("/bin/sh", "sh", "-c", "exit 7", (char *)NULL);
			_exit(1);
		}
		expect_equal("status of what was executed", status_of(child), 7 << 8);
	}
	return unused;
}

static void *sleep_a_little(void *result)
{
	expect_equal("usleep in the child", usleep(2000), 0);
	return result;
}

/* The child has greenlets of its own. */
static void *fork_and_spawn(void *unused)
{
	pid_t child = (pid_t)must("fork", fork());
	green_t *g[10];
	int i;

	if (!child) {
		failures = 0;
		expect_equal("greenlets in the child", (long)green_count(), 1);
		for (i = 0; i < 10; i++)
			g[i] = must_spawn(sleep_a_little, &ends[i % 2]);
		for (i = 0; i < 10; i++)
			expect("result in the child", must_join(g[i]) == &ends[i % 2]);
		fflush(stdout);
		_exit(failures);
	}
	expect_equal("status of the child with greenlets", status_of(child), 0);
	return unused;
}

static void *run_shell(void *unused)
{
	expect_equal("system", system("exit 3"), 3 << 8);
	return unused;
}

static void *read_from_shell(void *unused)
{
	FILE *out = popen("echo hello; exit 4", "r");
	char line[20] = "";

	expect("popen", out != NULL);
	if (!out)
		return unused;
	expect("a line", fgets(line, sizeof(line), out) != NULL);
	expect("the line", strcmp(line, "hello\n") == 0);
	expect_equal("pclose", pclose(out), 4 << 8);
	return unused;
}

static int native_descriptors;

static int descriptors_of_command(void)
{
	FILE *out = popen("ls /proc/self/fd | wc -l", "r");
	int count = 0;

	expect("popen", out != NULL && fscanf(out, "%d", &count) == 1);
	if (out)
		expect_equal("pclose", pclose(out), 0);
	return count;
}

/* What a command gets: none of our descriptors. */
static void *list_descriptors(void *unused)
{
	expect("a command has no more descriptors than natively", descriptors_of_command() <= native_descriptors);
	return unused;
}

int main(void)
{
	static green_fn *const tasks[] = {fork_and_exec, fork_and_spawn, run_shell, read_from_shell, list_descriptors};
	green_t *ticker, *reader;
	size_t i;

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	native_descriptors = descriptors_of_command(); /* there are no greenlets yet */
	ticker = must_spawn(tick, NULL);
	reader = must_spawn(read_at_last, NULL);
	for (i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++) {
		must_join(must_spawn(tasks[i], NULL));
		tasks[i](NULL); /* and once from the main greenlet */
	}
	must("write", write(ends[1], "x", 1));
	must_join(reader);
	ticks = 0;
	green_sleep(0.01);
	expect("the others go on", ticks > 0);
	stop = true;
	must_join(ticker);
	return verdict();
}
