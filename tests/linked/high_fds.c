/* Descriptors above 100 000. */
#include "expect.h"
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum { HIGH = 150000 };

static int high[2];

static void *read_byte(void *unused)
{
	char byte = 0;

	expect_equal("read", read(high[0], &byte, 1), 1);
	expect_equal("byte", byte, 'x');
	return unused;
}

static void *poll_both_ways(void *unused)
{
	struct pollfd entry = {.fd = high[0], .events = POLLIN};

	expect_equal("poll", poll(&entry, 1, 5000), 1);
	expect_equal("revents", entry.revents, POLLIN);
	return unused;
}

static void *read_what_is_closed(void *unused)
{
	char byte;

	expect_failure("read", read(high[0], &byte, 1), EBADF);
	return unused;
}

static void raise_end(int fd, int *raised, int number)
{
	*raised = (int)must("dup2", dup2(fd, number));
	close(fd);
}

int main(void)
{
	struct rlimit limit;
	int ends[2];
	green_t *g;

	must("getrlimit", getrlimit(RLIMIT_NOFILE, &limit));
	if (limit.rlim_max < HIGH + 100) {
		limit.rlim_max = HIGH + 100; /* root may */
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
			return skip("the limit of descriptors is too low");
	}
	limit.rlim_cur = limit.rlim_max;
	must("setrlimit", setrlimit(RLIMIT_NOFILE, &limit));
	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	raise_end(ends[0], &high[0], HIGH);
	raise_end(ends[1], &high[1], HIGH + 50);
	g = must_spawn(read_byte, NULL);
	green_sleep(0.002);
	expect_equal("write", write(high[1], "x", 1), 1);
	must_join(g);
	g = must_spawn(poll_both_ways, NULL);
	green_sleep(0.002);
	expect_equal("write", write(high[1], "x", 1), 1);
	must_join(g);
	must_join(must_spawn(read_byte, NULL));
	g = must_spawn(read_what_is_closed, NULL);
	green_sleep(0.002);
	must("close", close(high[0]));
	must_join(g);
	return verdict();
}
