/* threads */
/* A library has started threads in its constructor: libc's own calls wait as ever, in the others' favour. */
#include "tests/programs/threads.h"

int threads_started(void);

static int ends[2];

static void *write_late(void *unused)
{
	msleep(50);
	return write(ends[1], "hello\n", 6) == 6 ? unused : ends;
}

int main(void)
{
	char line[16] = "";
	pthread_t writer;
	FILE *in;

	say("threads", threads_started());
	must("pipe", pipe(ends));
	in = fdopen(ends[0], "r");
	writer = start(write_late, NULL);
	say_whether("a line", fgets(line, sizeof(line), in));
	say_bytes("it", (long)strlen(line) - 1, line);
	say_whether("was written", !join(writer));
	say("system", system("exit 3"));
	return 0;
}
