/* parks: open openat creat */
/* open of a FIFO waits for the other side, whichever comes first and by whatever name. */
#include "tests/programs/say.h"
#include <sys/stat.h>

static int write_late(void *name)
{
	int fd;

	msleep(100);
	fd = must("open", open(name, O_WRONLY));
	return write(fd, "hello", 5) != 5;
}

static int read_late(void *name)
{
	char bytes[8];
	int fd;

	msleep(100);
	fd = must("open", open(name, O_RDONLY));
	return read_enough(fd, bytes, sizeof(bytes)) != 5;
}

static void take(int fd, double start, pid_t child)
{
	char bytes[8];

	say_waited("for a writer", start, 100);
	say_bytes("read", read_enough(fd, bytes, 5), bytes);
	say("end", read(fd, bytes, sizeof(bytes)));
	close(fd);
	end_child(child);
}

static void give(int fd, double start, pid_t child)
{
	say_waited("for a reader", start, 100);
	say("write", write(fd, "hello", 5));
	close(fd);
	end_child(child);
}

int main(void)
{
	int dir = must("open", open(".", O_RDONLY | O_DIRECTORY)), fd;
	double start = now();
	pid_t child;

	must("mkfifo", mkfifo("fifo", 0600));
	must("symlink", symlink("fifo", "link"));
	errno = 0;

	child = start_child(write_late, "fifo");
	say("to read", fd = open("fifo", O_RDONLY));
	say_error("errno", errno);
	take(fd, start, child);

	start = now();
	child = start_child(write_late, "fifo");
	say("by a link", fd = openat(dir, "link", O_RDONLY | O_CLOEXEC));
	say_whether("closed on exec", fcntl(fd, F_GETFD) & FD_CLOEXEC);
	take(fd, start, child);

	start = now();
	child = start_child(read_late, "fifo");
	say("to write", fd = open("fifo", O_WRONLY));
	give(fd, start, child);

	start = now();
	child = start_child(read_late, "link");
	say("creat", fd = creat("fifo", 0600));
	give(fd, start, child);
	return 0;
}
