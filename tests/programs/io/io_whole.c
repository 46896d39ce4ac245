/* parks: write writev */
/* A large blocking write to a slow reader is whole, whatever it goes through. */
#include "tests/programs/sock.h"
#include <sys/stat.h>
#include <sys/uio.h>

#define SIZE 400000

static unsigned char bytes[SIZE];
static int ends[2];

static int read_it(void *unused)
{
	(void)unused;
	close(ends[1]);
	msleep_once_parent_waits(50);
	return read_slowly(ends[0], 20000, 2) != 2 * SIZE;
}

static int read_fifo(void *unused)
{
	(void)unused;
	ends[0] = must("open", open("fifo", O_RDONLY));
	msleep_once_parent_waits(50);
	return read_slowly(ends[0], 20000, 2) != 2 * SIZE;
}

/* The bytes twice over: once in one piece, once in many. */
static void write_it(void)
{
	struct iovec iov[40];

	fill(bytes, 0, SIZE);
	say("write", write(ends[1], bytes, SIZE));
	fill(bytes, SIZE, SIZE);
	for (int i = 0; i < 40; i++)
		iov[i] = (struct iovec){bytes + (size_t)i * (SIZE / 40), SIZE / 40};
	say("writev", writev(ends[1], iov, 40));
	close(ends[1]);
}

static void through_ends(const char *what)
{
	pid_t child = start_child(read_it, NULL);

	close(ends[0]);
	printf("%s\n", what);
	write_it();
	end_child(child);
}

int main(void)
{
	pid_t child;

	must("pipe", pipe(ends));
	through_ends("pipe");
	unix_pair(ends, SOCK_STREAM);
	set_option(ends[1], SO_SNDBUF, 65536); /* far less than what is written, whatever is usual here */
	through_ends("stream socket");

	must("mkfifo", mkfifo("fifo", 0600));
	child = start_child(read_fifo, NULL);
	ends[1] = must("open", open("fifo", O_WRONLY));
	printf("FIFO\n");
	write_it();
	end_child(child);
	return 0;
}
