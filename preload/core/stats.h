/* The counters behind --stats. */
#ifndef PRELOAD_CORE_STATS_H
#define PRELOAD_CORE_STATS_H

#include "libc.h"
#include <stdbool.h>
#include <stdint.h>

/* Starts the clock and has the report written at exit: to a file, or for "-" and "" to stderr. */
void stats_start(const char *file);

/* The call with this number. */
const char *name_of_call(unsigned call);

/* Somebody will read the counters, or a report of who waits where. */
extern bool stats_wanted;

void stats_count_park(enum call call);

/* One more park in this call. */
static inline void stats_parked(enum call call)
{
	if (stats_wanted)
		stats_count_park(call);
}

/* One more call handed to a helper OS thread. */
void stats_helped(enum call call);

/* The calling greenlet is about to wait in this call; the two above say so, too. */
void stats_waits_in(enum call call);

/* One more call that io_uring has made. */
void stats_ringed(enum call call);

/* One more thread that was to be a greenlet and is one of the system's, and how many they are. */
void stats_native_thread(void);
extern _Atomic uint64_t native_threads;

/* How the text below begins where this libc is not one that greenlets can be had with. */
#define NATIVE_BY_LIBC "as it is, and all is native: "

/* What has become of patching libc in place: "patched", or "as it is: " and why, or that; the text is kept. */
void stats_tell_of_libc(const char *outcome);
extern const char *libc_outcome;

#endif
