/* parks: read write readv writev preadv2 pwritev2 splice tee vmsplice sendfile */
/* syscall() with the numbers of the calls that move bytes: the same as by their names, late or large. */
#include "tests/programs/say.h"
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

static int from[2], to[2], file;
static unsigned char much[400000];

static int write_late(void *unused)
{
	(void)unused;
	msleep_once_parent_waits(30);
	return write(from[1], "x", 1) != 1;
}

static int read_late(void *expected)
{
	close(to[1]);
	msleep_once_parent_waits(30);
	return read_slowly(to[0], 65536, 0) != *(long *)expected;
}

static void say_late(const char *what, long number, long a, long b, long c, long d, long e, long f)
{
	double start = now();
	pid_t child = start_child(write_late, NULL);

	say(what, syscall(number, a, b, c, d, e, f));
	say_waited(what, start, 30);
	end_child(child);
}

static void say_large(const char *what, long number, long a, long b, long c, long d, long e, long f)
{
	long size = sizeof(much);
	double start = now();
	pid_t child;

	child = start_child(read_late, &size);
	close(to[0]);
	say(what, syscall(number, a, b, c, d, e, f));
	say_waited(what, start, 30);
	close(to[1]);
	end_child(child);
}

static void read_late_bytes(void)
{
	char bytes[16];
	struct iovec iov = {bytes, sizeof(bytes)};
	long place = (long)bytes, vector = (long)&iov;

	must("pipe", pipe(from));
	must("pipe", pipe(to));
	say_late("read", SYS_read, from[0], place, sizeof(bytes), 0, 0, 0);
	say_late("readv", SYS_readv, from[0], vector, 1, 0, 0, 0);
	say_late("preadv2", SYS_preadv2, from[0], vector, 1, -1, -1, 0);
	say_late("splice", SYS_splice, from[0], 0, to[1], 0, 100, 0);
	say_late("tee", SYS_tee, from[0], to[1], 100, 0, 0, 0);
	say("both", read_enough(to[0], bytes, 2));
	say("the original", read(from[0], bytes, sizeof(bytes)));
	say_late("vmsplice", SYS_vmsplice, from[0], vector, 1, 0, 0, 0);
	say("preadv2, told not to wait", syscall(SYS_preadv2, from[0], &iov, 1, -1L, -1L, RWF_NOWAIT));
}

/* What is large does not fit, whatever the system's usual size of buffers. */
static void open_pair(void)
{
	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, to));
	must("SO_SNDBUF", setsockopt(to[1], SOL_SOCKET, SO_SNDBUF, &(int){65536}, sizeof(int)));
}

static void write_large(void)
{
	struct iovec iov = {much, sizeof(much)};

	fill(much, 0, sizeof(much));
	file = must("open", open("file", O_RDWR | O_CREAT, 0600));
	must("write", write(file, much, sizeof(much)));
	open_pair();
	say_large("write", SYS_write, to[1], (long)much, sizeof(much), 0, 0, 0);
	open_pair();
	say_large("writev", SYS_writev, to[1], (long)&iov, 1, 0, 0, 0);
	open_pair();
	say_large("pwritev2", SYS_pwritev2, to[1], (long)&iov, 1, -1, -1, 0);
	open_pair();
	lseek(file, 0, SEEK_SET);
	say_large("sendfile", SYS_sendfile, to[1], file, 0, sizeof(much), 0, 0);
}

/* With a position in two halves, of which the second does not matter here. */
static void at_position(void)
{
	unsigned char bytes[4];
	struct iovec iov = {bytes, sizeof(bytes)};
	off64_t start = 0;

	say("preadv2", syscall(SYS_preadv2, file, &iov, 1, 1000L, 0L, 0));
	say_whether("from there", is_filled(bytes, 1000, 4));
	say("pwritev2", syscall(SYS_pwritev2, file, &iov, 1, 5L, 0L, 0));
	say("pread", pread(file, bytes, 4, 5));
	say_whether("to there", is_filled(bytes, 1000, 4));
	say("copy_file_range", syscall(SYS_copy_file_range, file, &start, file, NULL, 100L, 0));
	say("read, closed", syscall(SYS_read, 1000, bytes, 4L));
	lseek(file, 0, SEEK_SET);
	say("read, wild", syscall(SYS_read, file, 16L, 4L));
}

int main(void)
{
	read_late_bytes();
	write_large();
	at_position();
	return 0;
}
