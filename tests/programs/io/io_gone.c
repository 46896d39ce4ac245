/* parks: write */
/* A write that waits for room while the reader goes away: what was taken counts, then comes EPIPE, and SIGPIPE. */
#include "tests/programs/sock.h"

static int ends[2];

static int read_some_and_go(void *unused)
{
	char bytes[4096];

	(void)unused;
	close(ends[1]);
	msleep_once_parent_waits(100);
	return read(ends[0], bytes, sizeof(bytes)) != sizeof(bytes);
}

static void write_until_gone(const char *what)
{
	static char bytes[1000000];
	pid_t child = start_child(read_some_and_go, NULL);
	ssize_t n;

	close(ends[0]);
	rings = 0;
	n = write(ends[1], bytes, sizeof(bytes));
	printf("%s: %s\n", what, n > 0 && n < (ssize_t)sizeof(bytes) ? "some" : n > 0 ? "all" : strerrorname_np(errno));
	say("and again", write(ends[1], bytes, sizeof(bytes)));
	say_whether("SIGPIPE", rings > 0);
	end_child(child);
	close(ends[1]);
}

int main(void)
{
	signal(SIGPIPE, count_ring);
	must("pipe", pipe(ends));
	write_until_gone("pipe");
	unix_pair(ends, SOCK_STREAM);
	set_option(ends[1], SO_SNDBUF, 65536); /* far less than what is written, whatever is usual here */
	write_until_gone("socket");
	return 0;
}
