/* threads */
/* Threads that do nothing but allocate, and seldom are elsewhere: the others have their turns all the same. */
#include "tests/programs/say.h"
#include "tests/programs/threads.h"
#include <stdlib.h>

enum { NAPS = 50 };

static volatile bool enough;

static void *allocate(void *unused)
{
	while (!enough) {
		char *volatile memory = malloc(100);

		memory[0] = 1;
		free(memory);
	}
	return unused;
}

static double seconds_used(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(void)
{
	pthread_t busy[2] = {start(allocate, NULL), start(allocate, NULL)};
	double before = seconds_used();

	for (int i = 0; i < NAPS; i++)
		msleep(1);
	say_whether("the naps end soon", seconds_used() - before < 3);
	enough = true;
	join(busy[0]);
	join(busy[1]);
	return 0;
}
