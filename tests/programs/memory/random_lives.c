/* threads */
/*
 * Threads that draw random numbers: what libc keeps for each of them to draw by, it has back when they end. One after
 * another, and many at once; and the numbers of two differ.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/random.h>

enum { WAVES = 15, AT_ONCE = 1500, IN_TURN = 20000 };

static pthread_barrier_t all_have_drawn;

/* Counted page by page: what statm says lags behind on many cores. */
static long resident_pages(void)
{
	FILE *file = fopen("/proc/self/smaps", "r");
	long kib, sum = 0;
	char line[512];

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Rss: %ld kB", &kib) == 1)
			sum += kib;
	}
	if (file)
		fclose(file);
	return sum / 4;
}

static void *draw(void *number)
{
	if (getrandom(number, sizeof(long), 0) != sizeof(long))
		puts("getrandom has failed");
	return NULL;
}

static void *draw_together(void *number)
{
	draw(number);
	pthread_barrier_wait(&all_have_drawn);
	return NULL;
}

static pthread_t start(void *(*f)(void *), void *arg)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	if (pthread_create(&thread, &attr, f, arg) != 0) {
		puts("pthread_create has failed");
		exit(1);
	}
	pthread_attr_destroy(&attr);
	return thread;
}

static int compare(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return (x > y) - (x < y);
}

static void waves(int count)
{
	static pthread_t threads[AT_ONCE];
	static long numbers[AT_ONCE];
	int i;

	for (; count > 0; count--) {
		pthread_barrier_init(&all_have_drawn, NULL, AT_ONCE);
		for (i = 0; i < AT_ONCE; i++)
			threads[i] = start(draw_together, &numbers[i]);
		for (i = 0; i < AT_ONCE; i++)
			pthread_join(threads[i], NULL);
		pthread_barrier_destroy(&all_have_drawn);
		qsort(numbers, AT_ONCE, sizeof(numbers[0]), compare);
		for (i = 1; i < AT_ONCE; i++) {
			if (numbers[i] == numbers[i - 1])
				puts("two have drawn the same number");
		}
	}
}

static void in_turn(int count)
{
	long number, last = 0;

	for (; count > 0; count--) {
		pthread_join(start(draw, &number), NULL);
		if (number == last)
			puts("the same number again");
		last = number;
	}
}

/* A state has 144 bytes or more: those of all of them would have 700 pages or more. */
static void say_growth(const char *of, void (*live)(int count), int count)
{
	long before, after;

	live(count / 10);
	before = resident_pages();
	live(count);
	after = resident_pages();
	printf("%s: the process %s\n", of,
	    before > 0 && after > 0 && after - before < 400 ? "has not grown" : "has grown");
}

int main(void)
{
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	say_growth("in turn", in_turn, IN_TURN);
	say_growth("many at once", waves, WAVES);
	return 0;
}
