/* threads */
/* What the handlers of a fork may do: wait for other threads, which make threads and print; begin anew in the child. */
#include "tests/programs/threads.h"
#include <stdatomic.h>
#include <sys/syscall.h>

static atomic_int quit, leaves;
static pthread_t background;

static void *be_leaf(void *unused)
{
	char bytes[20000];
	FILE *nowhere = fopen("/dev/null", "w");

	memset(bytes, 'x', sizeof(bytes));
	if (nowhere) {
		leaves += fprintf(nowhere, "%.10s\n", bytes) == 11;
		fclose(nowhere);
	}
	return unused;
}

static void *make_leaves(void *unused)
{
	do {
		pthread_t threads[5];

		for (int i = 0; i < 5; i++)
			threads[i] = start(be_leaf, NULL);
		for (int i = 0; i < 5; i++)
			join(threads[i]);
	} while (!quit);
	fflush(NULL);
	return unused;
}

/* The threads rest over the fork. */
static void rest(void)
{
	quit = 1;
	join(background);
}

static void go_on(void)
{
	quit = 0;
	background = start(make_leaves, NULL);
}

/* In the child, a handler starts threads and waits for them, and prints. */
static int grown;

static void grow(void)
{
	pthread_t thread;
	int before = leaves;

	go_on();
	msleep(2);
	rest();
	thread = start(be_leaf, NULL);
	join(thread);
	grown = leaves > before;
}

static int end_of(pid_t child)
{
	int status = -1;

	must("waitpid", waitpid(child, &status, 0));
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int live(void)
{
	pthread_t thread = start(be_leaf, NULL);

	join(thread);
	return grown ? 42 : 41;
}

static int fork_once(void)
{
	pid_t child = must("fork", fork());

	if (!child)
		_exit(live());
	return end_of(child);
}

static void *fork_often(void *unused)
{
	long right = 0;

	(void)unused;
	for (int i = 0; i < 5; i++)
		right += fork_once() == 42;
	return (void *)right;
}

/* Forks that run no handlers. */
static int counted;

static void count(void)
{
	counted++;
}

static void fork_without_handlers(void)
{
	pid_t child = must("_Fork", _Fork());

	if (!child)
		_exit(7);
	say("_Fork", end_of(child));
	child = vfork();
	if (!child)
		_exit(8);
	say("vfork", end_of(must("vfork", child)));
	child = must("SYS_fork", syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
	if (!child)
		_exit(9);
	say("clone", end_of(child));
	say("handlers run", counted);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	pthread_atfork(count, NULL, NULL);
	fork_without_handlers();
	pthread_atfork(rest, go_on, grow);
	go_on();
	say("children", (long)fork_often(NULL));
	say("children of a thread", (long)join(start(fork_often, NULL)));
	rest();
	fork_without_handlers();
	return 0;
}
