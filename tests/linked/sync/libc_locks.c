/* libc's own locks, which greenlets and threads of the system's wait for together: a stream's, and those of malloc. */
#include "tests/linked/expect.h"
#include <pthread.h>
#include <stdatomic.h>

enum { GREENLETS = 4, THREADS = 2, RECORDS = 300, RECORD = 32 };

static FILE *out;
static atomic_int running;

static void print_records(char letter)
{
	char text[RECORD + 1];

	memset(text, letter, RECORD);
	text[RECORD] = 0;
	for (int i = 0; i < RECORDS; i++)
		fprintf(out, "%.*s%s", RECORD / 2, text, text + RECORD / 2);
	if (--running == 0)
		fclose(out);
}

static void *print(void *letter)
{
	print_records(*(char *)letter);
	return NULL;
}

static bool is_whole(const char *record)
{
	for (int i = 1; i < RECORD; i++)
		if (record[i] != record[0])
			return false;
	return true;
}

static void *count(void *end)
{
	char record[RECORD];
	long whole = 0;

	while (read_whole(*(int *)end, record, RECORD) == RECORD)
		whole += is_whole(record);
	return (void *)whole;
}

static void share_stream(void)
{
	pthread_t threads[THREADS];
	green_t *reader;
	int ends[2];

	must("pipe", pipe(ends));
	out = fdopen(ends[1], "w");
	running = GREENLETS + THREADS;
	reader = must_spawn(count, &ends[0]);
	for (int i = 0; i < THREADS; i++)
		must("pthread_create", -pthread_create(&threads[i], NULL, print, &"AB"[i]));
	for (int i = 0; i < GREENLETS; i++)
		green_detach(must_spawn(print, &"abcd"[i]));
	expect_equal("whole records", (long)must_join(reader), (GREENLETS + THREADS) * RECORDS);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	close(ends[0]);
}

/* What one allocates another frees, so that all want the same arenas. */
static _Atomic(void *) shelf[64];

static void *trade(void *seed)
{
	unsigned at = (unsigned)(long)seed;

	for (int i = 0; i < 20000; i++) {
		at = at * 1103515245 + 12345;
		free(atomic_exchange(&shelf[at >> 26], malloc(at >> 8 & 8191)));
		if (i % 64 == 0)
			green_yield();
	}
	return NULL;
}

static void share_memory(void)
{
	pthread_t threads[THREADS];
	green_t *greenlets[GREENLETS];

	for (long i = 0; i < THREADS; i++)
		must("pthread_create", -pthread_create(&threads[i], NULL, trade, (void *)i));
	for (long i = 0; i < GREENLETS; i++)
		greenlets[i] = must_spawn(trade, (void *)(i + THREADS));
	for (int i = 0; i < GREENLETS; i++)
		must_join(greenlets[i]);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < sizeof(shelf) / sizeof(*shelf); i++)
		free(shelf[i]);
}

static void *nothing(void *unused)
{
	return unused;
}

int main(void)
{
	must_join(must_spawn(nothing, NULL)); /* libc is patched while there is no other thread */
	share_stream();
	share_memory();
	return verdict();
}
