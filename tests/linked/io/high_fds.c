/* Descriptors above 100 000. */
#include "tests/linked/expect.h"
#include <poll.h>
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

static void *poll_for_byte(void *unused)
{
	struct pollfd entry = {.fd = high[0], .events = POLLIN};

	expect_equal("poll", poll(&entry, 1, 5000), 1);
	expect_equal("revents", entry.revents, POLLIN);
	return unused;
}

static void *read_what_is_closed(void *unused)
{
	char byte;

	expect_equal("read", read(high[0], &byte, 1), 1);
	expect_failure("the next", read(high[0], &byte, 1), EBADF);
	return unused;
}

static void raise_end(int fd, int *raised, int number)
{
	*raised = (int)must("dup2", dup2(fd, number));
	close(fd);
}

/* As high as this system allows, up to what is wanted. */
static int highest(int wanted)
{
	struct rlimit limit, higher;

	must("getrlimit", getrlimit(RLIMIT_NOFILE, &limit));
	higher.rlim_cur = higher.rlim_max = limit.rlim_max > (rlim_t)wanted ? limit.rlim_max : (rlim_t)wanted + 1;
	if (setrlimit(RLIMIT_NOFILE, &higher) == 0)
		return wanted;
	limit.rlim_cur = limit.rlim_max;
	must("setrlimit", setrlimit(RLIMIT_NOFILE, &limit));
	return (int)limit.rlim_max - 1;
}

int main(void)
{
	int ends[2], highest_end = highest(HIGH);
	green_t *g;

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	raise_end(ends[0], &high[0], highest_end);
	raise_end(ends[1], &high[1], highest_end - 50);
	g = must_spawn(read_byte, NULL);
	green_sleep(0.002);
	expect_equal("write", write(high[1], "x", 1), 1);
	must_join(g);
	g = must_spawn(poll_for_byte, NULL);
	green_sleep(0.002);
	expect_equal("write", write(high[1], "x", 1), 1);
	must_join(g);
	must_join(must_spawn(read_byte, NULL));
	g = must_spawn(read_what_is_closed, NULL);
	green_sleep(0.002);
	must("close", close(high[0]));
	expect_equal("write", write(high[1], "x", 1), 1);
	must_join(g);
	if (highest_end < 100000)
		return skip("no descriptor above 100 000 is allowed here; the highest that is was tried");
	return verdict();
}
