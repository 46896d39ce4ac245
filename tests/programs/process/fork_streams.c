/* threads and helpers */
/* Forks while one thread flushes all streams, and waits for one that another has locked: nobody waits for ever. */
#include "tests/programs/threads.h"

static FILE *stream;

static void *hold(void *unused)
{
	flockfile(stream);
	msleep(150);
	funlockfile(stream);
	return unused;
}

static void *flush(void *unused)
{
	fflush(NULL);
	return unused;
}

/* The child's streams are free. */
static int print_in_child(void)
{
	FILE *nowhere = fopen("/dev/null", "w");

	return nowhere && fputs("y", stream) >= 0 && fputs("z", nowhere) >= 0 && fflush(NULL) == 0 ? 5 : 6;
}

static void *fork_one(void *unused)
{
	pid_t child = must("fork", fork());
	int status = -1;

	(void)unused;
	if (!child)
		_exit(print_in_child());
	must("waitpid", waitpid(child, &status, 0));
	return (void *)(long)WEXITSTATUS(status);
}

static void *open_one(void *unused)
{
	FILE *nowhere = fopen("/dev/null", "w");

	return nowhere && fclose(nowhere) == 0 ? unused : stream;
}

static void *wait_for_any(void *unused)
{
	(void)unused;
	return (void *)(long)(wait(NULL) > 0);
}

static void fork_while_flushing(int forks)
{
	pthread_t holder = start(hold, NULL), flusher, opener, forkers[4];
	long right = 0;

	until_locked(stream);
	flusher = start(flush, NULL);
	msleep(30);
	for (int i = 0; i < forks; i++)
		forkers[i] = start(fork_one, NULL);
	opener = start(open_one, NULL);
	for (int i = 0; i < forks; i++)
		right += (long)join(forkers[i]) == 5;
	say("children", right);
	join(holder);
	join(flusher);
	say_whether("a stream was opened meanwhile", !join(opener));
}

int main(void)
{
	stream = tmpfile();
	must("tmpfile", stream ? 0 : -1);
	fputs("x", stream);
	if (must("fork", fork()) == 0)
		_exit(0);
	say("any child", (long)join(start(wait_for_any, NULL)));
	fork_while_flushing(1);
	fork_while_flushing(4);
	return 0;
}
