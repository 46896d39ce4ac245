/* Several OS threads, each with greenlets of its own, and one without, speak to each other by pipes. */
#include "tests/linked/expect.h"
#include <pthread.h>

enum { THREADS = 3, GREENLETS = 20, BYTES = 200 };

struct line {
	int there[2], back[2];
};

static struct line lines[THREADS][GREENLETS];

/* Sends each byte back, one more. */
static void *answer(void *arg)
{
	struct line *line = arg;
	unsigned char byte;

	while (read(line->there[0], &byte, 1) == 1) {
		byte++;
		if (write(line->back[1], &byte, 1) != 1)
			break;
	}
	close(line->back[1]);
	return NULL;
}

static void *answer_by_greenlets(void *arg)
{
	struct line *line = arg;
	green_t *g[GREENLETS];
	int i;

	for (i = 0; i < GREENLETS; i++)
		g[i] = must_spawn(answer, &line[i]);
	expect_equal("greenlets of the thread", (long)green_count(), GREENLETS + 1);
	for (i = 0; i < GREENLETS; i++)
		must_join(g[i]);
	return NULL;
}

static void *ask(void *arg)
{
	struct line *line = arg;
	unsigned char byte;
	int i;

	for (i = 0; i < BYTES; i++) {
		byte = (unsigned char)i;
		expect_equal("write", write(line->there[1], &byte, 1), 1);
		expect_equal("read", read(line->back[0], &byte, 1), 1);
		expect_equal("answer", byte, (i + 1) & 255);
	}
	close(line->there[1]);
	expect_equal("end", read(line->back[0], &byte, 1), 0);
	return NULL;
}

static void *greet_natively(void *arg)
{
	struct line *line = arg;

	expect("this thread has no greenlets", green_self() == NULL);
	ask(line);
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS], native;
	green_t *g[THREADS][GREENLETS];
	int i, j;

	for (i = 0; i < THREADS; i++) {
		for (j = 0; j < GREENLETS; j++) {
			must("pipe", pipe(lines[i][j].there));
			must("pipe", pipe(lines[i][j].back));
		}
		must("pthread_create", -pthread_create(&threads[i], NULL, answer_by_greenlets, lines[i]));
	}
	must("pthread_create", -pthread_create(&native, NULL, greet_natively, &lines[0][0]));
	for (i = 0; i < THREADS; i++) {
		for (j = i == 0; j < GREENLETS; j++)
			g[i][j] = must_spawn(ask, &lines[i][j]);
	}
	for (i = 0; i < THREADS; i++) {
		for (j = i == 0; j < GREENLETS; j++)
			must_join(g[i][j]);
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	pthread_join(native, NULL);
	return verdict();
}
