/* parks: preadv2 pwritev2 */
/* preadv2 and pwritev2 at the file's own position, where they can wait; their flags; and other positions. */
#include "tests/programs/say.h"
#include <sys/uio.h>

static int ends[2];

static int write_late(void *unused)
{
	(void)unused;
	msleep_once_parent_waits(100);
	return write(ends[1], "late", 4) != 4;
}

static int read_late(void *unused)
{
	(void)unused;
	close(ends[1]);
	msleep_once_parent_waits(100);
	return read_slowly(ends[0], 4096, 0) != 200000;
}

static void on_pipe(void)
{
	static unsigned char much[200000];
	char bytes[8];
	struct iovec iov = {bytes, sizeof(bytes)}, all = {much, sizeof(much)}, none = {bytes, 0};
	double start;
	pid_t child;

	must("pipe", pipe(ends));
	say("would wait, told not to", preadv2(ends[0], &iov, 1, -1, RWF_NOWAIT));
	say("a pipe has no positions", preadv2(ends[0], &iov, 1, 0, 0));
	say("nor to write at", pwritev2(ends[1], &iov, 1, 4, 0));
	say("no such flag", preadv2(ends[0], &iov, 1, -1, 1 << 30));
	say("no such flag", pwritev2(ends[1], &iov, 1, -1, 1 << 30));
	say("nothing wanted", preadv2(ends[0], &none, 1, -1, 0));
	start = now();
	child = start_child(write_late, NULL);
	say_bytes("preadv2", preadv2(ends[0], &iov, 1, -1, 0), bytes);
	say_waited("preadv2", start, 100);
	end_child(child);

	fill(much, 0, sizeof(much));
	start = now();
	child = start_child(read_late, NULL);
	close(ends[0]);
	say("pwritev2", pwritev2(ends[1], &all, 1, -1, 0));
	say_waited("pwritev2", start, 100);
	close(ends[1]);
	end_child(child);
}

static void on_full_pipe(void)
{
	static char much[100000];
	struct iovec all = {much, sizeof(much)};

	must("pipe", pipe(ends));
	say("as much as there is room for", pwritev2(ends[1], &all, 1, -1, RWF_NOWAIT));
	say("no room, told not to wait", pwritev2(ends[1], &all, 1, -1, RWF_NOWAIT));
	close(ends[0]);
	close(ends[1]);
}

static void on_file(void)
{
	int fd = must("open", open("file", O_RDWR | O_CREAT, 0600));
	char bytes[8];
	struct iovec iov = {bytes, sizeof(bytes)}, text = {"0123456789", 10};

	say("write", pwritev2(fd, &text, 1, -1, 0));
	say("append", pwritev2(fd, &text, 1, 0, RWF_APPEND));
	say("position", lseek(fd, 0, SEEK_CUR));
	say_bytes("at 5", preadv2(fd, &iov, 1, 5, 0), bytes);
	say("position", lseek(fd, 0, SEEK_CUR));
	lseek(fd, 16, SEEK_SET);
	say_bytes("at its own", preadv2(fd, &iov, 1, -1, 0), bytes);
	say("end", preadv2(fd, &iov, 1, -1, 0));
	close(fd);
}

int main(void)
{
	on_pipe();
	on_full_pipe();
	on_file();
	return 0;
}
