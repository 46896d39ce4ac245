/* How long usleep really takes. */
#ifndef NAPS_H
#define NAPS_H

#include "bench.h"
#include <unistd.h>

static inline int compare_times(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The median of count naps of usec microseconds, in microseconds. */
static inline double median_nap(useconds_t usec, size_t count)
{
	uint64_t *took = calloc(count, sizeof(*took));
	uint64_t median;

	if (!took)
		err(1, "calloc");
	for (size_t i = 0; i < count; i++) {
		uint64_t begun = now();

		if (usleep(usec) < 0)
			err(1, "usleep");
		took[i] = now() - begun;
		if (took[i] < usec * 1000u)
			errx(1, "usleep(%u) returned after %.1f microseconds", usec, (double)took[i] / 1e3);
	}
	qsort(took, count, sizeof(*took), compare_times);
	median = took[count / 2];
	free(took);
	return (double)median / 1e3;
}

#endif
