/* The calls that a greenlet is in. */
#ifndef TRACE_H
#define TRACE_H

#include <stdio.h>

enum { MOST_FRAMES = 32 };

struct greenlet;

struct trace {
	int count;
	void *frames[MOST_FRAMES];
};

/* Notes those of a greenlet of the calling OS thread, which may be oneself; none where that can't be found out. */
void trace_take(struct trace *trace, const struct greenlet *g);

/* Prints a line for each, after so many blanks; those of our own, but for the one that the program has called, not. */
void trace_print(const struct trace *trace, FILE *stream, int blanks);

#endif
