/* sleepers: very many greenlets asleep at once; shows the memory of each and how long all of it took. */
#include <err.h>
#include <greenload.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static size_t started, woken;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double resident_bytes(void)
{
	unsigned long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	if (!file || fscanf(file, "%*u %lu", &pages) != 1)
		err(1, "/proc/self/statm");
	fclose(file);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static void *sleeper(void *seconds)
{
	started++;
	sleep(*(unsigned *)seconds);
	woken++;
	return NULL;
}

int main(int argc, char **argv)
{
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000, at_once;
	unsigned seconds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 3;
	green_t **greenlets = calloc(count, sizeof(green_t *));
	double before = resident_bytes(), start = now();

	if (argc > 3 || !greenlets || !count)
		errx(2, "usage: sleepers [COUNT [SECONDS]]");
	for (size_t i = 0; i < count; i++)
		if (!(greenlets[i] = green_spawn(sleeper, &seconds)))
			err(1, "greenlet %zu", i);
	while (started < count)
		green_yield();
	at_once = started - woken;
	printf("%zu greenlets asleep at once after %.2f s, ", at_once, now() - start);
	printf("%.1f KB of memory each\n", (resident_bytes() - before) / 1024 / (double)count);
	for (size_t i = 0; i < count; i++)
		green_join(greenlets[i], -1, NULL);
	printf("all have slept for %u s after %.2f s\n", seconds, now() - start);
	free(greenlets);
	return at_once == count ? 0 : 1;
}
