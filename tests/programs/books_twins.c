/* parks: read */
/* O_NONBLOCK belongs to what descriptors share: set through one it holds for all, and nobody else ever sets it. */
#include "say.h"
#include <sys/ioctl.h>
#include <sys/socket.h>

static int ends[2];

static int write_late(void *unused)
{
	(void)unused;
	msleep(50);
	return write(ends[1], "x", 1) != 1;
}

static void read_late(const char *what, int fd)
{
	char bytes[8];
	double start = now();
	pid_t child = start_child(write_late, NULL);

	say_bytes(what, read(fd, bytes, sizeof(bytes)), bytes);
	say_waited(what, start, 50);
	end_child(child);
	say_whether("made non-blocking behind our back", fcntl(fd, F_GETFL) & O_NONBLOCK);
}

static void say_empty(const char *what, int fd)
{
	char bytes[8];

	say(what, read(fd, bytes, sizeof(bytes)));
}

static int set_in_child(void *on)
{
	set_nonblocking(ends[0], on != NULL);
	return 0;
}

static void share(const char *what, int twin)
{
	printf("%s: %d\n", what, twin);
	read_late("twin", twin);
	set_nonblocking(twin, true);
	say_empty("the first", ends[0]);
	say_empty("the twin", twin);
	set_nonblocking(ends[0], false);
	read_late("the first, blocking again", ends[0]);
	read_late("the twin, blocking again", twin);
	close(twin);
}

int main(void)
{
	int yes = 1, no = 0;

	must("pipe", pipe(ends));
	read_late("alone", ends[0]);
	share("dup", dup(ends[0]));
	share("dup2", dup2(ends[0], 50));
	share("dup3", dup3(ends[0], 51, O_CLOEXEC));
	share("F_DUPFD", fcntl(ends[0], F_DUPFD, 60));
	share("F_DUPFD_CLOEXEC", fcntl(ends[0], F_DUPFD_CLOEXEC, 70));

	must("FIONBIO", ioctl(ends[0], FIONBIO, &yes));
	say_empty("FIONBIO", ends[0]);
	must("FIONBIO", ioctl(ends[0], FIONBIO, &no));
	read_late("FIONBIO taken back", ends[0]);

	close(ends[0]);
	close(ends[1]);
	must("pipe", pipe(ends));
	read_late("another pipe", ends[0]);
	end_child(start_child(set_in_child, ""));
	say_empty("set by a child", ends[0]);
	end_child(start_child(set_in_child, NULL));
	read_late("taken back by a child", ends[0]);
	return 0;
}
