/* threads */
/* Thread-local variables that are larger than the stacks of many a thread: each thread has its own, and they fit. */
#include "tests/programs/threads.h"

enum { SIZE = 300000, THREADS = 5 };

static __thread char large[SIZE];

static void *use(void *number)
{
	char mark = (char)(long)number;
	long i, right = 0;

	for (i = 0; i < SIZE; i += 1000)
		right += large[i] == 0;
	memset(large, mark, SIZE);
	msleep(20);
	for (i = 0; i < SIZE; i += 1000)
		right += large[i] == mark;
	return (void *)right;
}

int main(void)
{
	pthread_t threads[THREADS];
	long i;

	for (i = 0; i < THREADS; i++)
		threads[i] = start(use, (void *)(i + 1));
	say("main", (long)use((void *)100));
	for (i = 0; i < THREADS; i++)
		say("thread", (long)join(threads[i]));
	return 0;
}
