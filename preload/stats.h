/* The counters behind --stats. */
#ifndef STATS_H
#define STATS_H

#include "libc.h"

/* Starts the clock and has the report written at exit: to a file, or for "-" and "" to stderr. Keeps the name. */
void stats_start(const char *file);

/* The call with this number. */
const char *name_of_call(unsigned call);

/* One more park in this call, or one more call handed to a helper OS thread. */
void stats_parked(enum call call);
void stats_helped(enum call call);

/* What has become of patching libc in place; the text is kept. */
void stats_tell_of_libc(const char *outcome);

#endif
