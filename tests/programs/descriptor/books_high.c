/* parks: read write */
/* Descriptors above 100 000 work like any other; where the limit is lower, the highest that there can be. */
#include "tests/programs/sock.h"
#include <sys/resource.h>

static int two[2], high, higher;

static int answer_late(void *unused)
{
	(void)unused;
	msleep_once_parent_waits(50);
	if (write(two[1], "x", 1) != 1)
		return 1;
	close(high);
	close(higher);
	return read_slowly(two[1], 65536, 1) != 300000;
}

/* The highest number that a descriptor can have, once the limit is raised as far as it goes. */
static int highest(void)
{
	struct rlimit limit = {200000, 200000};

	if (setrlimit(RLIMIT_NOFILE, &limit) < 0) {
		must("getrlimit", getrlimit(RLIMIT_NOFILE, &limit));
		limit.rlim_cur = limit.rlim_max;
		must("setrlimit", setrlimit(RLIMIT_NOFILE, &limit));
	}
	return (int)limit.rlim_cur - 1;
}

int main(void)
{
	static unsigned char bytes[300000];
	double start = now();
	pid_t child;

	high = highest() - 1000;
	unix_pair(two, SOCK_STREAM);
	set_option(two[0], SO_SNDBUF, 65536); /* far less than what is written, whatever is usual here */
	say_whether("dup2", dup2(two[0], high) == high);
	say_whether("F_DUPFD", (higher = fcntl(high, F_DUPFD, high + 1)) == high + 1);
	close(two[0]);
	child = start_child(answer_late, NULL);
	close(two[1]);
	say_bytes("read", read(high, bytes, sizeof(bytes)), (char *)bytes);
	say_waited("read", start, 50);
	fill(bytes, 0, sizeof(bytes));
	say("write", write(higher, bytes, sizeof(bytes)));
	set_nonblocking(higher, true);
	say("non-blocking through its twin", read(high, bytes, sizeof(bytes)));
	say("close", close(high));
	say("close", close(higher));
	say("closed", read(high, bytes, sizeof(bytes)));
	end_child(child);
	return 0;
}
