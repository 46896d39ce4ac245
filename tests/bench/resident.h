/* How much memory this process takes. */
#ifndef RESIDENT_H
#define RESIDENT_H

#include "bench.h"
#include <string.h>
#include <unistd.h>

/* The sum of the lines in a file of /proc that begin with one of these names and go on with a number of KiB. */
static inline double sum_of_lines(const char *path, const char *const *names)
{
	FILE *f = fopen(path, "r");
	char line[256], name[64];
	double kib, sum = 0;
	int found = 0;

	if (!f)
		err(1, "%s", path);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63[^:]: %lf", name, &kib) != 2)
			continue;
		for (size_t i = 0; names[i]; i++)
			if (strcmp(name, names[i]) == 0)
				sum += kib, found++;
	}
	fclose(f);
	if (!found)
		errx(1, "%s: no %s", path, names[0]);
	return sum * 1024;
}

/* What is resident, counted page by page: /proc/PID/statm lags behind on many cores. */
static inline double resident_bytes(void)
{
	return sum_of_lines("/proc/self/smaps_rollup", (const char *const[]){"Rss", NULL});
}

/* What the kernel keeps for all processes: stacks, page tables and its own objects. */
static inline double kernel_bytes(void)
{
	return sum_of_lines("/proc/meminfo", (const char *const[]){"KernelStack", "PageTables", "SUnreclaim", NULL});
}

/* The same once it no longer falls: what ended processes had comes back bit by bit. */
static inline double settled_kernel_bytes(void)
{
	double before, bytes = kernel_bytes();

	do {
		before = bytes;
		usleep(200000);
		bytes = kernel_bytes();
	} while (bytes < before - 256 * 1024);
	return bytes;
}

#endif
