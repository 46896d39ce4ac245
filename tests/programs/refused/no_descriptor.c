/* threads and helpers */
/* A process has no descriptor left: for its first thread, and while its threads wait, and in a child of fork. */
#include "cases.h"
#include "operations.h"
#include <sys/resource.h>

static int ends[2], others[2];

static void use_up_descriptors(void)
{
	struct rlimit limit;

	must("getrlimit", getrlimit(RLIMIT_NOFILE, &limit));
	limit.rlim_cur = 40;
	must("setrlimit", setrlimit(RLIMIT_NOFILE, &limit));
	while (dup(STDIN_FILENO) >= 0)
		;
	say("pipe", pipe((int[2]){0}));
}

static void give_some_back(void)
{
	int fd;

	for (fd = 39; fd > 30; fd--)
		close(fd);
}

static void do_some(void)
{
	char bytes[8];
	struct task task = {.call = call_read, .fd = ends[0], .bytes = bytes, .count = 1};

	if (!start(&task))
		return;
	must("write", write(ends[1], "x", 1));
	end(&task, "read");
	task = (struct task){.call = call_poll_urgent, .fd = others[0]};
	start(&task);
	must("write", write(others[1], "x", 1));
	end(&task, "poll for more");
	must("read", read(others[0], bytes, 1));
	task.call = call_select;
	start(&task);
	must("write", write(others[1], "x", 1));
	end(&task, "select");
	must("read", read(others[0], bytes, 1));
	do_times();
	do_signals();
	task = (struct task){.call = call_waitpid, .fd = fork_child(6)};
	start(&task);
	end(&task, "waitpid");
}

static void run_first(int index)
{
	(void)index;
	block_signals();
	must("pipe", pipe(ends));
	must("pipe", pipe(others));
	use_up_descriptors();
	do_some();
	give_some_back();
	do_some();
}

static void run_later(int index)
{
	char bytes[8];
	struct task reader = {.call = call_read, .bytes = bytes, .count = 1}, poller = {.call = call_poll_urgent};
	int before[2];

	(void)index;
	block_signals();
	must("pipe", pipe(ends));
	must("pipe", pipe(others));
	must("pipe", pipe(before));
	reader.fd = before[0];
	start(&reader);
	use_up_descriptors();
	poller.fd = before[0];
	start(&poller);
	must("write", write(before[1], "x", 1));
	end(&reader, "read since before");
	must("write", write(before[1], "x", 1));
	end(&poller, "poll for more since before");
	do_some();
}

int main(void)
{
	struct refused_case one;

	begin_case(&one, "for the first thread", run_first, 0);
	end_case(&one);
	begin_case(&one, "later", run_later, 0);
	end_case(&one);
	return 0;
}
