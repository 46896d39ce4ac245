/* parks: read */
/* O_NONBLOCK belongs to what descriptors share: set through one it holds for all, and nobody else ever sets it. */
#include "tests/programs/late.h"
#include <sys/ioctl.h>
#include <sys/socket.h>

static void read_and_look(const char *what, int fd)
{
	read_late(what, fd);
	say_whether("made non-blocking behind our back", fcntl(fd, F_GETFL) & O_NONBLOCK);
}

static int set_in_child(void *on)
{
	set_nonblocking(ends[0], on != NULL);
	return 0;
}

static void share(const char *what, int twin)
{
	printf("%s: %d\n", what, twin);
	read_and_look("twin", twin);
	set_nonblocking(twin, true);
	say_empty("the first", ends[0]);
	say_empty("the twin", twin);
	set_nonblocking(ends[0], false);
	read_and_look("the first, blocking again", ends[0]);
	read_and_look("the twin, blocking again", twin);
	close(twin);
}

int main(void)
{
	int yes = 1, no = 0;

	must("pipe", pipe(ends));
	read_and_look("alone", ends[0]);
	share("dup", dup(ends[0]));
	share("dup2", dup2(ends[0], 50));
	share("dup3", dup3(ends[0], 51, O_CLOEXEC));
	share("F_DUPFD", fcntl(ends[0], F_DUPFD, 60));
	share("F_DUPFD_CLOEXEC", fcntl(ends[0], F_DUPFD_CLOEXEC, 70));

	must("FIONBIO", ioctl(ends[0], FIONBIO, &yes));
	say_empty("FIONBIO", ends[0]);
	must("FIONBIO", ioctl(ends[0], FIONBIO, &no));
	read_and_look("FIONBIO taken back", ends[0]);

	close(ends[0]);
	close(ends[1]);
	must("pipe", pipe(ends));
	read_and_look("another pipe", ends[0]);
	end_child(start_child(set_in_child, ""));
	say_empty("set by a child", ends[0]);
	end_child(start_child(set_in_child, NULL));
	read_and_look("taken back by a child", ends[0]);
	return 0;
}
