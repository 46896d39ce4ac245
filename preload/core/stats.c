#include "stats.h"
#include "os_threads.h"
#include "runtime/offload/offload_hub.h"
#include "runtime/sched/hub.h"
#include "runtime/sys/clock.h"
#include "runtime/sys/refusal.h"
#include <inttypes.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static _Atomic uint64_t parks[CALLS], helps[CALLS], rings[CALLS];
_Atomic uint64_t native_threads;
static nanos started;
static char stats_file[PATH_MAX];
static int stats_fd = -1; /* the stderr that the process began with; -1: it had none, or a file is wanted */
bool stats_wanted;
const char *libc_outcome = "as it is: there were no greenlets";

static const char *const names[CALLS] = {
#define CALL(name, family, waits, cancels, note) [CALL_##name] = #name,
#include "preload/calls.def"
};

const char *name_of_call(unsigned call)
{
	return call < CALLS ? names[call] : "?";
}

void stats_waits_in(enum call call)
{
	if (self)
		atomic_store_explicit(&self->wait.call, (uint16_t)(call + 1), memory_order_relaxed);
}

void stats_count_park(enum call call)
{
	atomic_fetch_add_explicit(&parks[call], 1, memory_order_relaxed);
	stats_waits_in(call);
}

void stats_helped(enum call call)
{
	atomic_fetch_add_explicit(&helps[call], 1, memory_order_relaxed);
	stats_waits_in(call);
}

void stats_ringed(enum call call)
{
	atomic_fetch_add_explicit(&rings[call], 1, memory_order_relaxed);
}

void stats_native_thread(void)
{
	atomic_fetch_add_explicit(&native_threads, 1, memory_order_relaxed);
}

void stats_tell_of_libc(const char *outcome)
{
	libc_outcome = outcome;
}

/* The number of OS threads now or, if larger, the peak number of our own. */
static unsigned threads_at_peak(void)
{
	unsigned now = count_tasks(), ours = 1 + offload_peak();

	return now > ours ? now : ours;
}

static void print_counts(FILE *out, const char *title, const _Atomic uint64_t *counts)
{
	const char *comma = "";
	int call;

	fprintf(out, "\"%s\": {", title);
	for (call = 0; call < CALLS; call++) {
		if (!counts[call])
			continue;
		fprintf(out, "%s\"%s\": %" PRIu64, comma, names[call], counts[call]);
		comma = ", ";
	}
	fprintf(out, "}");
}

static void print_refusals(FILE *out)
{
	const char *comma = "";
	enum refusal what;

	fprintf(out, ", \"refused\": [");
	for (what = 0; what < REFUSALS; what++) {
		if (!was_refused(what))
			continue;
		fprintf(out, "%s\"%s\"", comma, name_of_refusal(what));
		comma = ", ";
	}
	fprintf(out, "]");
}

static void print_all(FILE *out)
{
	struct hub_counts hubs = hub_count_all();

	fprintf(out,
	    "{\"greenlets\": {\"created\": %" PRIu64 ", \"peak\": %zu}, \"switches\": %" PRIu64 ", \"slices\": %" PRIu64
	    ", ",
	    hubs.spawned, hubs.peak, hubs.switches, hubs.slices);
	print_counts(out, "parks", parks);
	fprintf(out, ", ");
	print_counts(out, "helpers", helps);
	fprintf(out, ", ");
	print_counts(out, "io_uring", rings);
	print_refusals(out);
	fprintf(out,
	    ", \"native_threads\": %" PRIu64 ", \"unguarded_stacks\": %" PRIu64
	    ", \"libc\": \"%s\", \"os_threads\": %u, \"seconds\": %.6f}\n",
	    native_threads, stacks_unguarded(), libc_outcome, threads_at_peak(), (clock_now() - started) / 1e9);
}

static bool goes_to_stderr(void)
{
	return !*stats_file || strcmp(stats_file, "-") == 0;
}

/* Each process of a family that inherits the variable appends its own complete line to the file. */
static void print_stats(void)
{
	char *text = NULL;
	size_t length = 0;
	FILE *memory = open_memstream(&text, &length);
	int fd = stats_fd;

	if (!memory)
		return;
	print_all(memory);
	libc.fclose(memory);
	if (!goes_to_stderr())
		fd = libc.open(stats_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd >= 0)
		(void)!libc.write(fd, text, length);
	if (fd >= 0 && !goes_to_stderr())
		libc.close(fd);
	free(text);
}

/*
 * Many programs close stderr before they end, to find out whether all of it could be written, and some replace it by
 * another file. The statistics go to the stderr that the program was started with, where the user expects them. If
 * there was none, they are not written: the program may open a file of its own under that number.
 */
void stats_start(const char *file)
{
	/* The name is copied: a program may overwrite its environment with its title. */
	strncpy(stats_file, file, sizeof(stats_file) - 1);
	stats_wanted = true;
	if (goes_to_stderr())
		stats_fd = duplicate_for_us(STDERR_FILENO);
	started = clock_now();
	atexit(print_stats);
}
