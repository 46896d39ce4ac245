/*
 * OpenMP: its library waits by system calls of its own, so its threads are the system's, beside the program's own that
 * are greenlets.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROUNDS = 200, SLEEPERS = 10, TEAM = 4 };

static long sum_in_parallel(long count)
{
	long sum = 0, i;

#pragma omp parallel for reduction(+ : sum) num_threads(TEAM)
	for (i = 0; i < count; i++)
		sum += i;
	return sum;
}

static int meet_and_count(void)
{
	int met = 0, once = 0, round;

	for (round = 0; round < ROUNDS; round++) {
#pragma omp parallel num_threads(TEAM)
		{
#pragma omp critical
			met++;
#pragma omp barrier
#pragma omp single
			once++;
		}
	}
	return once == ROUNDS ? met : -1;
}

static void *sleep_and_sum(void *sum)
{
	usleep(20000);
	*(long *)sum = sum_in_parallel(1000);
	return NULL;
}

static void expect(const char *what, long got, long wanted)
{
	if (got == wanted)
		return;
	fprintf(stderr, "%s: %ld, not %ld\n", what, got, wanted);
	exit(1);
}

int main(void)
{
	pthread_t threads[SLEEPERS];
	long sums[SLEEPERS];
	int i;

	expect("sum", sum_in_parallel(1000000), 499999500000);
	expect("who met", meet_and_count(), ROUNDS * TEAM);
	for (i = 0; i < SLEEPERS; i++)
		expect("pthread_create", pthread_create(&threads[i], NULL, sleep_and_sum, &sums[i]), 0);
	for (i = 0; i < SLEEPERS; i++) {
		expect("pthread_join", pthread_join(threads[i], NULL), 0);
		expect("sum of a thread", sums[i], 499500);
	}
	return 0;
}
