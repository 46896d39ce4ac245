/* never parks: read write readv writev preadv2 pwritev2 eventfd_read eventfd_write */
/* Who made a descriptor non-blocking is told at once, and can take it back. */
#include "tests/programs/say.h"
#include <pty.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>

static char bytes[300000];

static void try_read(const char *what, int fd)
{
	struct iovec iov = {bytes, sizeof(bytes)};

	printf("%s\n", what);
	say("read", read(fd, bytes, sizeof(bytes)));
	say("readv", readv(fd, &iov, 1));
	say("preadv2", preadv2(fd, &iov, 1, -1, 0));
}

/* Twice, and only the second is sure to find it full. */
static void try_write(const char *what, int fd)
{
	struct iovec iov = {bytes, sizeof(bytes)};

	printf("%s\n", what);
	while (write(fd, bytes, sizeof(bytes)) > 0)
		;
	say("write", write(fd, bytes, sizeof(bytes)));
	say("writev", writev(fd, &iov, 1));
	say("pwritev2", pwritev2(fd, &iov, 1, -1, 0));
}

int main(void)
{
	int ends[2], two[2], master, tty, fd;
	eventfd_t value;

	must("pipe2", pipe2(ends, O_NONBLOCK));
	try_read("pipe", ends[0]);
	try_write("full pipe", ends[1]);
	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, two));
	try_read("socket", two[0]);
	try_write("full socket", two[0]);
	must("openpty", openpty(&master, &tty, NULL, NULL, NULL));
	set_nonblocking(tty, true);
	try_read("terminal", tty);
	must("mkfifo", mkfifo("fifo", 0600));
	fd = must("open", open("fifo", O_RDWR | O_NONBLOCK));
	try_read("FIFO", fd);
	try_write("full FIFO", fd);
	fd = must("eventfd", eventfd(0, EFD_NONBLOCK));
	say("eventfd_read", eventfd_read(fd, &value));
	say("eventfd_write", eventfd_write(fd, UINT64_MAX - 1));
	say("eventfd_write", eventfd_write(fd, 1));
	try_read("timer", must("timerfd_create", timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK)));

	must("pipe", pipe(ends));
	set_nonblocking(ends[0], true);
	say("set later", read(ends[0], bytes, 1));
	must("write", write(ends[1], "x", 1));
	set_nonblocking(ends[0], false);
	say("taken back", read(ends[0], bytes, 1));
	return 0;
}
