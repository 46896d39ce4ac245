/* parks: read write readv writev */
/* Reading and writing a pipe: at once, late, in parts, at the end, and with nobody at the other side. */
#include "tests/programs/say.h"
#include <sys/uio.h>

static int ends[2];

static int write_late(void *text)
{
	close(ends[0]);
	msleep_once_parent_waits(100);
	return write(ends[1], text, strlen(text)) != (ssize_t)strlen(text);
}

/* Makes room for the parent after a while, then reads all the rest. */
static int read_late(void *count)
{
	close(ends[1]);
	msleep_once_parent_waits(100);
	return read_slowly(ends[0], 4096, 0) != *(long *)count;
}

static void read_at_once(void)
{
	char bytes[16];

	must("pipe", pipe(ends));
	say("write", write(ends[1], "hello, world", 12));
	say_bytes("part", read_enough(ends[0], bytes, 5), bytes);
	say_bytes("rest", read_enough(ends[0], bytes, 7), bytes);
	say("nothing wanted", read(ends[0], bytes, 0));
	say("nothing written", write(ends[1], bytes, 0));
	close(ends[1]);
	say("end", read(ends[0], bytes, sizeof(bytes)));
	close(ends[0]);
}

static void read_late_bytes(bool vectored)
{
	char head[2], tail[8], all[10];
	struct iovec iov[] = {{head, sizeof(head)}, {NULL, 0}, {tail, sizeof(tail)}};
	double start = now();
	pid_t child;
	ssize_t n;

	must("pipe", pipe(ends));
	child = start_child(write_late, "hello");
	close(ends[1]);
	if (vectored) {
		n = readv(ends[0], iov, 3);
		memcpy(all, head, sizeof(head));
		memcpy(all + sizeof(head), tail, sizeof(tail));
		say_bytes("readv", n, all);
	} else {
		say_bytes("read", read_enough(ends[0], all, 5), all);
	}
	say_waited("late bytes", start, 100);
	end_child(child);
	say("end", read(ends[0], all, sizeof(all)));
	close(ends[0]);
}

/* The write waits until the reader has made room for the last byte. */
static void write_more_than_fits(bool vectored)
{
	static unsigned char bytes[300000];
	long count = sizeof(bytes);
	struct iovec iov[] = {{bytes, 100000}, {bytes + 100000, 1}, {bytes + 100001, sizeof(bytes) - 100001}};
	double start = now();
	pid_t child;

	fill(bytes, 0, sizeof(bytes));
	must("pipe", pipe(ends));
	child = start_child(read_late, &count);
	close(ends[0]);
	if (vectored)
		say("writev", writev(ends[1], iov, 3));
	else
		say("write", write(ends[1], bytes, sizeof(bytes)));
	say_waited("room", start, 100);
	close(ends[1]);
	end_child(child);
}

static void write_to_nobody(void)
{
	struct iovec iov = {"x", 1};

	signal(SIGPIPE, SIG_IGN);
	must("pipe", pipe(ends));
	close(ends[0]);
	say("write to nobody", write(ends[1], "x", 1));
	say("writev to nobody", writev(ends[1], &iov, 1));
	close(ends[1]);
}

int main(void)
{
	read_at_once();
	read_late_bytes(false);
	read_late_bytes(true);
	write_more_than_fits(false);
	write_more_than_fits(true);
	write_to_nobody();
	return 0;
}
