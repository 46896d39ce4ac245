/* Who is killed while he opens a FIFO takes the helper OS thread along that waits in his place: it is at no side of it.
 */
#include "any_moment.h"
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
		kill_in_round(i, open_it);
		look_for_others();
	}
}

static void remove_fifo(void)
{
	unlink(name);
}

int main(void)
{
	close((int)must("mkstemp", mkstemp(name)));
	atexit(remove_fifo);
	remove_fifo();
	must("mkfifo", mkfifo(name, 0600));
	kill_at_any_moment(open_to_read);
	kill_at_any_moment(open_to_write);
	return verdict();
}
