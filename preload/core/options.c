#include "options.h"
#include "preload_env.h"
#include "runtime/lifecycle/greenlet_pool.h"
#include "runtime/report/report.h"
#include "runtime/sched/preempt.h"
#include "stats.h"
#include <stdlib.h>
#include <string.h>

bool call_is_off[CALLS], libc_is_off, options_are_read;
size_t stack_asked_for;

static const char *const family_of[CALLS] = {
#define CALL(name, family, waits, cancels, note) [CALL_##name] = #family,
#include "preload/calls.def"
};

/* ASKED: calls that are only hooked if their family is asked for by its name. */
enum waits { FD, TIME, TURN, LINE, HELPER, NEVER, ASKED };

static const enum waits waits_of[CALLS] = {
#define CALL(name, family, waits, cancels, note) [CALL_##name] = waits,
#include "preload/calls.def"
};

static bool must_be_named(int call)
{
	return waits_of[call] == ASKED;
}

static bool is_word(const char *word, size_t length, const char *known)
{
	return strlen(known) == length && memcmp(word, known, length) == 0;
}

static bool is_meant(int call, const char *word, size_t length)
{
	if (strcmp(family_of[call], "books") == 0)
		return false;
	return is_word(word, length, family_of[call]) || (is_word(word, length, "all") && !must_be_named(call));
}

static void turn(const char *word, size_t length, bool off)
{
	int call;

	if (is_word(word, length, "libc") || is_word(word, length, "all"))
		libc_is_off = off;
	for (call = 0; call < CALLS; call++) {
		if (is_meant(call, word, length))
			call_is_off[call] = off;
	}
}

/* `-word` first in the list means all but that. The launcher reports words that are unknown here. */
static void read_patch(const char *list)
{
	const char *word;
	size_t length;

	turn("all", 3, *list != '-');
	for (word = list; *word; word += length + (word[length] == ',')) {
		length = strcspn(word, ",");
		if (*word == '-')
			turn(word + 1, length - 1, true);
		else
			turn(word, length, false);
	}
}

static void read_stack(const char *text)
{
	char *end;
	unsigned long long bytes = strtoull(text, &end, 10);

	if (end != text && *end == '\0' && bytes >= 16384 && bytes <= 1ull << 40)
		default_stack_size = stack_asked_for = (size_t)bytes;
}

static void read_slice(const char *text)
{
	char *end;
	unsigned long long milliseconds = strtoull(text, &end, 10);

	if (end != text && *end == '\0' && milliseconds < 1000000)
		slice_length = milliseconds * NANOS_PER_MSEC;
}

/* Nothing here may allocate or wait: other libraries' constructors may run earlier or later. */
static void read_environment(void)
{
	const char *patch = secure_getenv("GREENLOAD_PATCH");
	const char *stack = secure_getenv("GREENLOAD_STACK");
	const char *slice = secure_getenv("GREENLOAD_SLICE");
	const char *stats = secure_getenv("GREENLOAD_STATS");
	const char *deadlock = secure_getenv("GREENLOAD_DEADLOCK");

	/*
	 * A program that is not run by the launcher, and does not say otherwise, has reasons to make threads beside
	 * greenlets.
	 */
	call_is_off[CALL_pthread_create] = true;
	for (int call = 0; call < CALLS; call++)
		call_is_off[call] |= must_be_named(call);
	if (patch && *patch)
		read_patch(patch);
	if (stack)
		read_stack(stack);
	if (slice)
		read_slice(slice);
	if (stats)
		stats_start(stats);
	if (deadlock && strcmp(deadlock, "report") == 0) {
		stats_wanted = true;
		report_prepare(name_of_call);
	}
	follow_children(secure_getenv("GREENLOAD_FOLLOW"));
}

__attribute__((constructor)) void read_options(void)
{
	if (options_are_read)
		return;
	options_are_read = true;
	read_environment();
}
