/* parks: read */
/* Children by vfork and popen: what they do with their descriptors leaves the parent's as they are. */
#include "tests/programs/say.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

static int ends[2];

static int write_late(void *unused)
{
	(void)unused;
	msleep(50);
	return write(ends[1], "x", 1) != 1;
}

static void read_late(const char *what)
{
	double start = now();
	pid_t child = start_child(write_late, NULL);
	char bytes[8];

	say_bytes(what, read(ends[0], bytes, sizeof(bytes)), bytes);
	say_waited(what, start, 50);
	end_child(child);
}

int main(void)
{
	pid_t child;
	FILE *from;
	char line[16];

	must("pipe", pipe(ends));
	read_late("at first");
	fflush(stdout);
	child = vfork();
	if (child == 0) {
		close(ends[0]);
		close(ends[1]);
		_exit(7);
	}
	must("vfork", child);
	end_child(child);
	read_late("after a vfork");

	from = popen("echo from a shell", "r");
	if (!from || !fgets(line, sizeof(line), from))
		return 1;
	printf("%s\n", line);
	say("pclose", pclose(from));
	read_late("after a popen");
	return 0;
}
