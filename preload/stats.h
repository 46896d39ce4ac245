/* The counters behind --stats. */
#ifndef STATS_H
#define STATS_H

#include "libc.h"

/* Starts the clock and has the report written at exit. */
void stats_start(void);

/* One more park in this call, or one more call handed to a helper OS thread. */
void stats_parked(enum call call);
void stats_helped(enum call call);

#endif
