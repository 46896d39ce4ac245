/* What the benchmarks share. Each prints its figures as lines of `name value unit`, for scripts/bench to read. */
#ifndef BENCH_H
#define BENCH_H

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline void print_figure(const char *name, double value, const char *unit)
{
	printf("%s %.3f %s\n", name, value, unit);
	fflush(stdout);
}

/* Nanoseconds of a clock: CLOCK_MONOTONIC, or the CPU clock of a process. */
static inline uint64_t read_clock(clockid_t id)
{
	struct timespec t;

	if (clock_gettime(id, &t) < 0)
		err(1, "clock_gettime");
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline uint64_t now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

/* The positive number in argument i. */
static inline size_t number_argument(int argc, char **argv, int i, const char *what)
{
	char *end = NULL;
	unsigned long n = i < argc ? strtoul(argv[i], &end, 10) : 0;

	if (n == 0 || *end)
		errx(2, "argument %d: %s, a positive number", i, what);
	return n;
}

#endif
