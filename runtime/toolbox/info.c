/* Reports of what the greenlets of an OS thread are doing. */
#include "runtime/lifecycle/greenlet.h"
#include "runtime/report/waits.h"
#include "runtime/sys/fail.h"
#include "trace.h"
#include <stdlib.h>

/* The state of a greenlet at the moment of the report: printing may park, and much may change meanwhile. */
struct entry {
	uint64_t id, parent;
	char name[40];
	char text[192];
	struct trace trace;
	struct entry *first_child, *next; /* the next child of the same parent */
};

struct report {
	FILE *stream;
	size_t count;
	struct entry *entries; /* ordered by number */
};

static const char *state_of(const struct greenlet *g)
{
	if (g == self)
		return "runs";
	if (g->state != RUNNING)
		return g->life.has_begun ? "waits" : "is to begin";
	return g->life.has_begun ? "is ready" : "has not begun";
}

static void name_greenlet(const struct greenlet *g, char *text, size_t size)
{
	const char *name = g->is_main ? "main" : g->ident.name;

	snprintf(text, size, "#%llu%s%s", (unsigned long long)g->ident.number, *name ? " " : "", name);
}

static void take_down(struct entry *entry, const struct greenlet *g, bool with_traces)
{
	*entry = (struct entry){.id = g->ident.number, .parent = g->ident.parent};
	name_greenlet(g, entry->name, sizeof(entry->name));
	snprintf(entry->text, sizeof(entry->text), "%s", state_of(g));
	if (g->state != RUNNING)
		waits_describe(g, entry->text, sizeof(entry->text), name_greenlet);
	if (with_traces && g->life.has_begun)
		trace_take(&entry->trace, g);
}

static int by_number(const void *a, const void *b)
{
	uint64_t one = ((const struct entry *)a)->id, other = ((const struct entry *)b)->id;

	return one < other ? -1 : one > other;
}

static struct entry *find(const struct report *report, uint64_t id)
{
	struct entry key = {.id = id};

	return bsearch(&key, report->entries, report->count, sizeof(key), by_number);
}

/* Runs from the last entry, so that each list of children begins with the first. */
static void make_tree(struct report *report)
{
	size_t i;

	for (i = report->count - 1; i > 0; i--) {
		struct entry *entry = &report->entries[i], *parent = find(report, entry->parent);

		if (!parent)
			parent = report->entries;
		entry->next = parent->first_child;
		parent->first_child = entry;
	}
}

static int take_all_down(struct report *report, bool with_traces)
{
	struct hub *hub = self->hub;
	struct greenlet *g;
	size_t i = 0, count = hub->sig.masks; /* the main greenlet and the living ones */

	waits_look();
	report->entries = malloc(count * sizeof(report->entries[0]));
	if (!report->entries)
		return ENOMEM;
	take_down(&report->entries[i++], &hub->main, with_traces);
	for (g = hub->living; g && i < count; g = g->next_living)
		take_down(&report->entries[i++], g, with_traces);
	report->count = i;
	qsort(report->entries, i, sizeof(report->entries[0]), by_number);
	make_tree(report);
	return 0;
}

static void print(const struct report *report, const struct entry *entry, int depth)
{
	const struct entry *child;

	fprintf(report->stream, "%*s%s %s\n", 2 * depth, "", entry->name, entry->text);
	trace_print(&entry->trace, report->stream, 2 * depth + 4);
	for (child = entry->first_child; child; child = child->next)
		print(report, child, depth + 1);
}

static int print_all(FILE *stream, bool with_traces)
{
	struct report report = {.stream = stream};
	int error;

	if (!stream)
		return fail(EINVAL);
	if (!self)
		return fprintf(stream, "no greenlets\n") < 0 ? -1 : 0;
	error = take_all_down(&report, with_traces);
	if (error)
		return fail(error);
	print(&report, report.entries, 0);
	free(report.entries);
	return fflush(stream) == 0 ? 0 : -1;
}

int green_print_tree(FILE *stream)
{
	return print_all(stream, false);
}

int green_print_run_info(FILE *stream)
{
	return print_all(stream, true);
}
