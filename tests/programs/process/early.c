/* preloads: early */
/* parks: read */
/* A library blocks in its constructor, before or after ours has run; then the program works as ever. */
#include "tests/programs/say.h"

static int ends[2];

static int write_late(void *unused)
{
	(void)unused;
	msleep_once_parent_waits(50);
	return write(ends[1], "x", 1) != 1;
}

int main(void)
{
	double start = now();
	char bytes[8];
	pid_t child;

	must("pipe", pipe(ends));
	child = start_child(write_late, NULL);
	say_bytes("read", read(ends[0], bytes, sizeof(bytes)), bytes);
	say_waited("read", start, 50);
	end_child(child);
	return 0;
}
