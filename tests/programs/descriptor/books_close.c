/* parks: read */
/* close, close_range and closefrom: the program's descriptors go, all of them, and calls wait as before. */
#include "tests/programs/say.h"
#include <linux/close_range.h>
#include <sys/socket.h>

static int ends[2];

static int write_late(void *unused)
{
	(void)unused;
	msleep(50);
	return write(ends[1], "x", 1) != 1;
}

static void read_late(const char *what)
{
	char bytes[8];
	double start = now();
	pid_t child = start_child(write_late, NULL);

	say_bytes(what, read(ends[0], bytes, sizeof(bytes)), bytes);
	say_waited(what, start, 50);
	end_child(child);
}

static void say_open(int fd)
{
	printf("%d: %s\n", fd, fcntl(fd, F_GETFD) >= 0 ? "open" : strerrorname_np(errno));
}

/* Descriptors 20, 30 and 40. */
static void scatter(void)
{
	for (int fd = 20; fd <= 40; fd += 10)
		must("dup2", dup2(ends[0], fd));
}

static void say_scattered(const char *what, long answer)
{
	say(what, answer);
	for (int fd = 20; fd <= 40; fd += 10)
		say_open(fd);
}

int main(void)
{
	must("pipe", pipe(ends));
	read_late("before");
	scatter();
	say_scattered("close", close(20));
	say("close again", close(20));
	say("close nothing", close(-1));
	say_scattered("close_range", close_range(25, 35, 0));
	scatter();
	say("close on exec", close_range(25, 35, CLOSE_RANGE_CLOEXEC));
	say("marked", fcntl(30, F_GETFD));
	say("unmarked", fcntl(20, F_GETFD));
	say("upside down", close_range(35, 25, 0));
	say("no such flag", close_range(25, 35, 1 << 20));
	read_late("between");
	say_scattered("close_range to the end", close_range(20, ~0U, 0));
	read_late("after close_range");
	scatter();
	closefrom(30);
	say_scattered("closefrom", 0);
	read_late("after closefrom");

	say("dup2 of nothing", dup2(1000, 20));
	say("dup2 to itself", dup2(20, 20));
	say("dup2 too far", dup2(20, 1 << 30));
	say("dup3 to itself", dup3(20, 20, 0));
	say("dup3, no such flag", dup3(20, 30, 1));
	say("dup of nothing", dup(1000));
	say("F_DUPFD too far", fcntl(20, F_DUPFD, 1 << 30));
	read_late("in the end");
	return 0;
}
