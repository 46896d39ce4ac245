/* What the linked programs share: they print a line for each thing that is not as expected, and nothing else. */
#ifndef EXPECT_H
#define EXPECT_H

#include <errno.h>
#include <greenload.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SKIPPED = 77 };

static int failures __attribute__((unused));

static inline void expect(const char *what, bool holds)
{
	if (holds)
		return;
	printf("%s: does not hold\n", what);
	failures++;
}

static inline void expect_equal(const char *what, long found, long expected)
{
	int error = errno;

	if (found == expected)
		return;
	printf("%s: %ld, not %ld", what, found, expected);
	printf(found < 0 ? " (%s)\n" : "\n", strerrorname_np(error));
	failures++;
}

/* That a call answered -1 with this errno. */
static inline void expect_failure(const char *what, long result, int error)
{
	int found = errno;

	if (result == -1 && found == error)
		return;
	printf("%s: %ld, not a failure with %s", what, result, strerrorname_np(error));
	printf(result < 0 ? " but %s\n" : "\n", strerrorname_np(found));
	failures++;
}

/* Ends the program if what prepares the ground fails. */
static inline long must(const char *what, long result)
{
	if (result >= 0)
		return result;
	perror(what);
	exit(EXIT_FAILURE);
}

static inline green_t *must_spawn(green_fn *fn, void *arg)
{
	green_t *g = green_spawn(fn, arg);

	must("green_spawn", g ? 0 : -1);
	return g;
}

static inline void *must_join(green_t *g)
{
	void *result = NULL;
	int answer;

	do /* a signal handler ends it, as any wait */
		answer = green_join(g, -1, &result);
	while (answer < 0 && errno == EINTR);
	must("green_join", answer);
	return result;
}

/* For main() to return. */
static inline int verdict(void)
{
	return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* For main() to return when the system does not allow the test. */
static inline int skip(const char *reason)
{
	printf("%s\n", reason);
	return failures ? EXIT_FAILURE : SKIPPED;
}

/* Reads until all is there, as one read may bring a part of it. Returns how much came before the end or a failure. */
static inline long read_whole(int fd, void *buf, size_t count)
{
	size_t done = 0;
	ssize_t n = 1;

	while (done < count && n > 0) {
		n = read(fd, (char *)buf + done, count - done);
		done += n > 0 ? (size_t)n : 0;
	}
	return (long)done;
}

static inline double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

#endif
