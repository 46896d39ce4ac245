#include "trace.h"
#include "runtime/report/backtrace.h"
#include <dlfcn.h>
#include <execinfo.h>
#include <link.h>
#include <string.h>

#define ROOM 16384

static void look(void *arg)
{
	struct trace *trace = arg;

	trace->count = backtrace(trace->frames, MOST_FRAMES);
}

/* The unwinder needs some stack. */
static bool has_room(const struct greenlet *g)
{
	return g->is_main || (uintptr_t)g->context.saved - (uintptr_t)g->mem.low > ROOM;
}

/* While we unwind on another greenlet's stack, we must not be preempted. */
void trace_take(struct trace *trace, const struct greenlet *g)
{
	bool was_sliced = self->prio.sliced;

	self->prio.sliced = false;
	look(trace); /* the first call loads the unwinder */
	if (g != self && !(has_room(g) && context_visit(&g->context, look, trace)))
		trace->count = frames_take(g, trace->frames, MOST_FRAMES);
	self->prio.sliced = was_sliced;
}

struct place_in_code {
	const char *symbol; /* NULL: none that is exported */
	uintptr_t offset;
	const char *file;
	bool is_ours;
};

static void find(struct place_in_code *place, const char *address)
{
	const ElfW(Sym) *symbol = NULL;
	Dl_info info = {0};

	*place = (struct place_in_code){.file = "?"};
	if (!dladdr1(address - 1, &info, (void **)&symbol, RTLD_DL_SYMENT))
		return;
	place->is_ours = is_ours(address);
	place->file = strrchr(info.dli_fname, '/') ? strrchr(info.dli_fname, '/') + 1 : info.dli_fname;
	place->offset = (uintptr_t)address - (uintptr_t)info.dli_fbase;
	/* The nearest preceding symbol may belong to another function. */
	if (info.dli_sname && symbol && (uintptr_t)address - 1 - (uintptr_t)info.dli_saddr < symbol->st_size) {
		place->symbol = info.dli_sname;
		place->offset = (uintptr_t)address - (uintptr_t)info.dli_saddr;
	}
}

void trace_print(const struct trace *trace, FILE *stream, int blanks)
{
	struct place_in_code place, next;
	int i;

	for (i = 0; i < trace->count; i++) {
		find(&place, trace->frames[i]);
		if (i + 1 < trace->count)
			find(&next, trace->frames[i + 1]);
		if (place.is_ours && (i + 1 == trace->count || next.is_ours))
			continue;
		if (place.symbol)
			fprintf(stream, "%*s%s+%#lx (%s)\n", blanks, "", place.symbol, (long)place.offset, place.file);
		else
			fprintf(stream, "%*s%s+%#lx\n", blanks, "", place.file, (long)place.offset);
	}
}
