/* Who is killed while he opens a FIFO takes the helper OS thread along that waits in his place: it is at no side of it.
 */
#include "expect.h"
#include <fcntl.h>
#include <sys/stat.h>

enum { ROUNDS = 100 };

static char name[] = "/tmp/fifo_kill.XXXXXX";

static void *open_to_read(void *unused)
{
	expect_failure("to read", open(name, O_RDONLY), ECANCELED);
	return unused;
}

static void *open_to_write(void *unused)
{
	expect_failure("to write", open(name, O_WRONLY), ECANCELED);
	return unused;
}

static void look_for_others(void)
{
	char byte;
	int fd;

	expect_failure("a reader", open(name, O_WRONLY | O_NONBLOCK), ENXIO);
	fd = (int)must("open", open(name, O_RDONLY | O_NONBLOCK));
	expect_equal("a writer", read(fd, &byte, 1), 0);
	close(fd);
}

/* At any moment: before a helper has the call, and in the midst of it. */
static void kill_at_any_moment(green_fn *open_it)
{
	for (int i = 0; i < ROUNDS; i++) {
		green_t *g = must_spawn(open_it, NULL);

		for (int n = i % 5; n > 0; n--)
			green_yield();
		if (i % 3)
			green_sleep(i % 7 * 0.0001);
		green_kill(g);
		must_join(g);
		look_for_others();
	}
}

int main(void)
{
	must("mkstemp", mkstemp(name));
	unlink(name);
	must("mkfifo", mkfifo(name, 0600));
	kill_at_any_moment(open_to_read);
	kill_at_any_moment(open_to_write);
	unlink(name);
	return verdict();
}
