/* How much memory this process has in use. */
#ifndef RESIDENT_H
#define RESIDENT_H

#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

/* What grows then does so by what is used, and not by what the kernel makes of it. */
static inline void without_huge_pages(void)
{
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
}

/* Page by page: /proc/self/statm lags behind on many cores. -1 where it is not to be had. */
static inline long resident_pages(void)
{
	FILE *file = fopen("/proc/self/smaps", "r");
	char line[512];
	long kib, sum = 0;

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "Rss: %ld kB", &kib) == 1)
			sum += kib;
	fclose(file);
	return sum > 0 ? sum * 1024 / sysconf(_SC_PAGESIZE) : -1;
}

#endif
