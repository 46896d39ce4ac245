/* The counters behind --stats. */
#ifndef PRELOAD_CORE_STATS_H
#define PRELOAD_CORE_STATS_H

#include "libc.h"
#include <stdbool.h>
#include <stdint.h>

/* Starts the clock and has the report written at exit: to a file, or for "-" and "" to stderr. */
void stats_start(const char *file);

/* The name of the call with this number. */
const char *name_of_call(unsigned call);

/* True if the counters, or a report of what each thread waits for, will be read. */
extern bool stats_wanted;

void stats_count_park(enum call call);

/* Counts a park in this call. */
static inline void stats_parked(enum call call)
{
	if (stats_wanted)
		stats_count_park(call);
}

/* Counts a call passed to an offload thread. */
void stats_helped(enum call call);

/* Notes that the calling greenlet is about to wait in this call; the two functions above do that, too. */
void stats_waits_in(enum call call);

/* Counts a call made by io_uring. */
void stats_ringed(enum call call);

/* Counts a thread that was to be a greenlet and is an OS thread; native_threads is their number. */
void stats_native_thread(void);
extern _Atomic uint64_t native_threads;

/* The beginning of the text below if greenlets are not possible with this libc. */
#define NATIVE_BY_LIBC "as it is, and all is native: "

/*
 * Records the outcome of patching libc in place: "patched", or "as it is: " and the reason, or NATIVE_BY_LIBC and the
 * reason. The text must stay valid.
 */
void stats_tell_of_libc(const char *outcome);
extern const char *libc_outcome;

#endif
