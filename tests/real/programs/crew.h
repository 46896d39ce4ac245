/* Greenlets that each talk to a server by a client library which knows nothing of them: the crew is a few hundred. */
#ifndef CREW_H
#define CREW_H

#include <greenload.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline _Noreturn void fail(const char *format, ...)
{
	va_list rest;

	va_start(rest, format);
	vfprintf(stderr, format, rest);
	va_end(rest);
	fputc('\n', stderr);
	exit(1);
}

static inline double seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Has each of count greenlets do its work, given its number. Returns the seconds it took. */
static inline double work_together(int count, green_fn *work)
{
	static const struct green_options options = {.name = "crew"};
	green_t **crew = calloc((size_t)count, sizeof(green_t *));
	double start = seconds_now();
	void *result;
	long i;

	for (i = 0; i < count; i++)
		if (!(crew[i] = green_spawn_with(&options, work, (void *)i)))
			fail("spawn %ld", i);
	for (i = 0; i < count; i++)
		if (green_join(crew[i], 60, &result) != 0 || result != (void *)i)
			fail("greenlet %ld did not end well", i);
	free(crew);
	return seconds_now() - start;
}

#endif
