/* What comes late: a byte that a child writes 30 ms after its parent has begun to wait. */
#ifndef LATE_H
#define LATE_H

#include "say.h"

#define LATE 30 /* milliseconds */

static int ends[2]; /* where it is read, and where it is written */

static inline int write_late(void *unused)
{
	(void)unused;
	msleep_once_parent_waits(LATE);
	return write(ends[1], "x", 1) != 1;
}

/* Reads it by way of fd. */
static inline void read_late(const char *what, int fd)
{
	char bytes[8];
	double start = now();
	pid_t child = start_child(write_late, NULL);

	say_bytes(what, read(fd, bytes, sizeof(bytes)), bytes);
	say_waited(what, start, LATE);
	end_child(child);
}

/* Takes it after a call that has waited for it since then. */
static inline void take_late(double start, pid_t child)
{
	char bytes[8];

	say_waited("data", start, LATE);
	must("read", read(ends[0], bytes, sizeof(bytes)));
	end_child(child);
}

static inline void say_empty(const char *what, int fd)
{
	char bytes[8];

	say(what, read(fd, bytes, sizeof(bytes)));
}

#endif
