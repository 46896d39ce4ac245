/*
 * When libc is patched: right before the process gets its first greenlets. A program that never has any pays nothing.
 * For the others this is soon enough, as only a greenlet's call can park. It takes a quarter of a millisecond and a
 * copy of each page of libc that has such a function, about ten. A call that does not park costs what it did before; on
 * a native thread beside greenlets it costs 10 ns more. Another thread might be executing what we overwrite: if there
 * is another thread, nothing is patched.
 *
 * A greenlet that parks inside libc holds libc's locks meanwhile, that of a stream for instance. So nothing is patched
 * either if the waiting for those locks cannot be patched, too.
 */
#include "patch.h"
#include "code_pages.h"
#include "direct.h"
#include "elf_symbols.h"
#include "libc_internal.h"
#include "preload/core/libc_objects.h"
#include "preload/core/options.h"
#include "preload/core/os_threads.h"
#include "preload/core/stats.h"
#include "runtime/glibc/facts.h"
#include "runtime/lifecycle/fork.h"
#include "runtime/lifecycle/hub_start.h"
#include "runtime/sched/hub.h"
#include "runtime/sys/once.h"
#include "setxid.h"
#include <errno.h>
#include <gnu/lib-names.h>
#include <gnu/libc-version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/single_threaded.h>

bool libc_is_patched;

struct row {
	const char *name;
	void *hook;
	void **real; /* in the table of libc's own functions; NULL: only libc calls it */
	void *down;
	long nobody; /* the first argument of a call that must do nothing */
};

static const struct row rows[] = {
#define INSIDE(name, hook, nobody) {#name, (void *)hook, NULL, NULL, (long)nobody},
#define PATCHED(name, hook)        {#name, (void *)hook, (void **)&libc.name, (void *)down_##name, -1},
#include "preload/calls.def"
};

enum {
#define INSIDE(name, hook, nobody) ROW_##name,
#define PATCHED(name, hook)        ROW_##name,
#include "preload/calls.def"
	ROWS
};

/* For each row; `at` is NULL if it cannot be patched. */
static struct edit edits[ROWS], originals[ROWS];

/* Not every libc has every function. */
static bool is_missing[ROWS];

/*
 * The protocol of these two functions, and that there are no others, was checked in this version and all later ones so
 * far.
 */
static bool locks_are_known(void)
{
	const char *version = gnu_get_libc_version();

	return strtol(version, NULL, 10) == 2 && strncmp(version, "2.", 2) == 0 && strtol(version + 2, NULL, 10) >= 36;
}

/* If another library defines the function after us, the hook continues to call that one, and libc's is not patched. */
static bool can_be_patched(const struct library *library, const struct row *row, const ElfW(Sym) * symbol)
{
	const char *at = address_of(library, symbol);

	return (symbol->st_info & 0xf) == STT_FUNC && at >= library->text &&
	       at + symbol->st_size <= library->text_end && (!row->real || *row->real == at);
}

/* A function may have two names that are both in the manifest: the first one counts. */
static bool is_planned(const char *at)
{
	int i;

	for (i = 0; i < ROWS; i++) {
		if (edits[i].at == at)
			return true;
	}
	return false;
}

static void plan_edit(const struct library *library, int i)
{
	const struct row *row = &rows[i];
	struct edit *edit = &edits[i], *original = &originals[i];
	const ElfW(Sym) *symbol = find_symbol(library, row->name);
	char *at;

	is_missing[i] = !symbol;
	if (!symbol || !can_be_patched(library, row, symbol))
		return;
	at = address_of(library, symbol);
	edit->size = make_jump(at, row->hook, edit->bytes);
	if (!edit->size || edit->size > symbol->st_size || has_entry_within(library, at, edit->size) || is_planned(at))
		return;
	edit->at = at;
	*original = *edit;
	memcpy(original->bytes, at, edit->size);
}

/* Does all possible edits together. */
static int do_edits(struct edit *all)
{
	struct edit some[ROWS];
	size_t count = 0;
	int i, j, error;

	for (i = 0; i < ROWS; i++) {
		if (all[i].at)
			some[count++] = all[i];
	}
	error = edit_code(some, count);
	for (i = 0, j = 0; i < ROWS; i++) {
		if (all[i].at)
			all[i].done = some[j++].done;
	}
	return error;
}

/* Replaces libc's functions for the hooks during the self-test. */
static long note_arrival(void)
{
	inside_was_called = true;
	errno = EINVAL;
	return -1;
}

static bool arrives(int row)
{
	long (*entry)(long a, long b, long c, long d, long e, long f) = (void *)edits[row].at;

	inside_was_called = false;
	entry(rows[row].nobody, -1, -1, -1, -1, -1);
	return inside_was_called;
}

/* If a call does not arrive, libc's own function gets arguments that it refuses. */
static bool all_arrive(void)
{
	bool all = true;
	int i;

	for (i = 0; i < ROWS; i++) {
		if (edits[i].done && rows[i].real)
			*rows[i].real = (void *)note_arrival;
	}
	for (i = 0; i < ROWS && all; i++)
		all = !edits[i].done || arrives(i);
	return all;
}

static void set_ways_down(bool patched)
{
	int i;

	for (i = 0; i < ROWS; i++) {
		if (edits[i].done && rows[i].real)
			*rows[i].real = patched ? rows[i].down : edits[i].at;
	}
}

static void undo(void)
{
	int i;

	for (i = 0; i < ROWS; i++) {
		if (!edits[i].done)
			originals[i].at = NULL;
	}
	set_ways_down(false);
	do_edits(originals);
}

static const char *patched_but_for(void)
{
	static char text[256] = "patched";
	const char *before = " but for";
	size_t length = strlen(text);
	int i;

	for (i = 0; i < ROWS; i++) {
		if (edits[i].done || is_missing[i])
			continue;
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s %s", before, rows[i].name);
		before = "";
		if (length >= sizeof(text))
			break;
	}
	return text;
}

/* Returns the outcome as text. */
static const char *patch_rows(const struct library *library)
{
	static char refused[96] = "as it is: ";
	int i, error;

	for (i = 0; i < ROWS; i++)
		plan_edit(library, i);
	if (!edits[ROW___lll_lock_wait_private].at || !edits[ROW___lll_lock_wake_private].at)
		return "as it is: its locks are not where they are known to be";
	error = do_edits(edits);
	if (!edits[ROW___lll_lock_wait_private].done || !edits[ROW___lll_lock_wake_private].done) {
		undo();
		return strncat(refused, strerror(error), sizeof(refused) - strlen(refused) - 1);
	}
	if (!all_arrive()) {
		undo();
		return "as it is: calls did not arrive";
	}
	set_ways_down(true);
	libc_is_patched = true;
	return patched_but_for();
}

static bool is_only_thread(void)
{
	unsigned tasks = count_tasks();

	return tasks ? tasks == 1 : __libc_single_threaded;
}

static const char *patch_libc(bool is_alone)
{
	struct library library;

	if (libc_is_off)
		return "as it is: it was to be left alone";
	if (!is_alone)
		return "as it is: another thread was running";
	if (!locks_are_known() || !find_library(LIBC_SO, &library))
		return "as it is: it is not one that is known";
	inside_prepare();
	return patch_rows(&library);
}

/* The hub checks this again by itself, and cannot be made if it fails. */
static bool libc_is_known(void)
{
	static char unlike[160];

	if (tls_init() != ENOTSUP && objects_are_known())
		return true;
	snprintf(unlike, sizeof(unlike), NATIVE_BY_LIBC "%s", glibc_unlike() ?: "there is ThreadSanitizer");
	stats_tell_of_libc(unlike);
	return false;
}

static void prepare_once(void)
{
	int before = errno;
	bool is_alone;

	read_options();
	if (!libc_is_known()) {
		errno = before;
		return;
	}
	is_alone = is_only_thread();
	credentials_prepare();
	stats_tell_of_libc(patch_libc(is_alone));
	errno = before;
}

static struct once preparing;

/* Several OS threads may be about to have the first hub: all wait until one has prepared. */
static void prepare(void)
{
	if (!once_begin(&preparing))
		return;
	prepare_once();
	once_end(&preparing, true);
}

BEFORE_FIRST_HUB(prepare);

/* What is done already holds and must not be done twice, so the rest is left undone. */
static void abandon_preparing(void)
{
	once_abandon(&preparing, true);
}

FORK_PART(FORK_PREPARING, .in_child = abandon_preparing);
