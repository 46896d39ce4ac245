/* threads and helpers */
/* A program sandboxes itself while its threads wait: a system call is refused from then on. */
#include "cases.h"
#include "operations.h"

static long call_naps(struct task *task)
{
	int i;

	for (i = 0; i < 20; i++)
		usleep(1000);
	return task->fd;
}

static void run_on(int index)
{
	char bytes[8], name[32];
	struct task reader = {.call = call_read, .bytes = bytes, .count = 1}, waiter = {.call = call_sigwait},
		    sleeper = {.call = call_naps}, poller = {.call = call_poll_urgent};
	int ends[2], others[2];

	block_signals();
	must("pipe", pipe(ends));
	must("pipe", pipe(others));
	reader.fd = ends[0];
	poller.fd = others[0];
	start(&reader);
	start(&waiter);
	start(&sleeper);
	start(&poller);
	refuse_case(index);
	msleep(3);
	must("write", write(ends[1], "x", 1));
	must("write", write(others[1], "x", 1));
	kill(getpid(), SIGUSR1);
	end(&reader, "read since before");
	end(&waiter, "sigwait since before");
	end(&sleeper, "sleeps since before");
	end(&poller, "poll since before");
	snprintf(name, sizeof(name), "file.%d", index);
	do_all(name);
}

int main(void)
{
	run_matrix(run_on, 0, CALLS * ERRORS);
	return 0;
}
