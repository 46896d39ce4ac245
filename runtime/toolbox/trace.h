/* The call stack of a greenlet. */
#ifndef TRACE_H
#define TRACE_H

#include <stdio.h>

enum { MOST_FRAMES = 32 };

struct greenlet;

struct trace {
	int count;
	void *frames[MOST_FRAMES];
};

/*
 * Records the call stack of a greenlet of the calling OS thread, which may be the caller itself. The trace is empty if
 * it cannot be found out.
 */
void trace_take(struct trace *trace, const struct greenlet *g);

/*
 * Prints a line for each frame, indented by so many blanks. Our own frames are left out, except for the function that
 * the program has called.
 */
void trace_print(const struct trace *trace, FILE *stream, int blanks);

#endif
