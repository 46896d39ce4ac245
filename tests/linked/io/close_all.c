/* A program that closes every descriptor there is, as daemons do, leaves the event loop alive. */
#include "tests/linked/expect.h"
#include <fcntl.h>
#include <sys/socket.h>

static int ends[2];

static void *read_byte(void *unused)
{
	char byte;

	expect_equal("read", read(ends[0], &byte, 1), 1);
	return unused;
}

/* Sleeping, reading and spawning all need the loop. */
static void expect_alive(const char *after)
{
	green_t *g;

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	g = must_spawn(read_byte, NULL);
	expect_equal(after, green_sleep(0.002), 0);
	expect_equal(after, write(ends[1], "x", 1), 1);
	must_join(g);
	close(ends[0]);
	close(ends[1]);
}

static void *wait_in_read(void *unused)
{
	char byte;

	expect_equal("read of what close_range closes, as its peer", read(ends[0], &byte, 1), 0);
	return unused;
}

static void *return_at_once(void *arg)
{
	return arg;
}

static void close_one_by_one(void)
{
	int fd;

	for (fd = 3; fd < 2000; fd++)
		close(fd);
}

int main(void)
{
	int low;
	green_t *g;

	expect_alive("before");
	close_one_by_one();
	expect_alive("after close of each");
	must("close_range", close_range(3, ~0U, 0));
	expect_alive("after close_range");
	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	g = must_spawn(wait_in_read, NULL);
	green_sleep(0.002);
	must("green_call_on_thread", green_call_on_thread(return_at_once, NULL, NULL)); /* it stays, idle */
	must("close_range", close_range(3, ~0U, CLOSE_RANGE_UNSHARE));
	must_join(g);
	expect_alive("after close_range that unshares");
	closefrom(3);
	expect_alive("after closefrom");
	low = (int)must("open", open("/dev/null", O_RDWR));
	expect_equal("the first free descriptor", low, 3);
	for (low = 3; low < 1024; low++)
		if (dup2(STDOUT_FILENO, low) < 0)
			expect_equal("errno of dup2 over one of ours", errno, EBADF);
	for (low = 3; low < 1024; low++)
		close(low);
	expect_alive("after dup2 over each");
	return verdict();
}
