/* How much memory of this process is resident, counted page by page: /proc/PID/statm lags behind on many cores. */
#ifndef RESIDENT_H
#define RESIDENT_H

#include "bench.h"

static inline double resident_bytes(void)
{
	FILE *f = fopen("/proc/self/smaps_rollup", "r");
	char line[256];
	double kib = -1;

	if (!f)
		err(1, "/proc/self/smaps_rollup");
	while (kib < 0 && fgets(line, sizeof(line), f))
		sscanf(line, "Rss: %lf", &kib);
	fclose(f);
	if (kib < 0)
		errx(1, "/proc/self/smaps_rollup: no Rss");
	return kib * 1024;
}

#endif
