/* threads */
/* Threads that compute long enough to be interrupted anywhere, with what libc and the compiler keep for each of them.
 */
#include "tests/programs/say.h"
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 6
#define ROUNDS  3000

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned long total;
static __thread unsigned long own;

static int by_value(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
}

static int is_sorted(unsigned seed)
{
	unsigned values[200], i;

	for (i = 0; i < 200; i++)
		values[i] = seed = seed * 1103515245 + 12345;
	qsort(values, 200, sizeof(*values), by_value);
	for (i = 1; i < 200; i++) {
		if (values[i - 1] > values[i])
			return 0;
	}
	return 1;
}

/* Floating point registers are the thread's own, too. */
static double series(int n)
{
	double sum = 0;
	int i;

	for (i = 1; i <= n; i++)
		sum += 1.0 / ((double)i * i) + i * 0.5;
	return sum;
}

static int copies_well(int round)
{
	char text[64], *copy;
	int same;

	snprintf(text, sizeof(text), "round %d of %d", round, ROUNDS);
	copy = strdup(text);
	same = copy && strcmp(copy, text) == 0;
	free(copy);
	return same;
}

static int jumps(int value)
{
	jmp_buf back;

	if (setjmp(back) == 0)
		longjmp(back, value);
	return value;
}

static void *compute(void *arg)
{
	unsigned number = (unsigned)(uintptr_t)arg;
	double expected = series(100);
	int i, wrong = 0;

	for (i = 0; i < ROUNDS; i++) {
		errno = (int)number;
		wrong += !is_sorted(number + (unsigned)i);
		wrong += series(100) != expected;
		wrong += errno != (int)number;
		wrong += !copies_well(i);
		wrong += jumps(i + 1) != i + 1;
		own++;
		pthread_mutex_lock(&mutex);
		total++;
		pthread_mutex_unlock(&mutex);
	}
	wrong += own != ROUNDS;
	return (void *)(uintptr_t)wrong;
}

int main(void)
{
	pthread_t threads[THREADS];
	uintptr_t i;
	void *wrong;

	for (i = 0; i < THREADS; i++)
		say("create", pthread_create(&threads[i], NULL, compute, (void *)i));
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &wrong);
		say("wrong", (long)(intptr_t)wrong);
	}
	say("total", (long)total);
	return 0;
}
