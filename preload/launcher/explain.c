/* greenload --explain: one page about what is intercepted in a program and its libraries, and what is not. */
#include "explain.h"
#include "known.h"
#include "libc_trial.h"
#include "needed.h"
#include "object.h"
#include "page.h"
#include "preload/patch/syscall_scan.h"
#include "privilege.h"
#include "refuse.h"
#include "target.h"
#include <string.h>
#include <sys/stat.h>

/* True for glibc's own libraries: their internal calls are listed with the functions that the program calls. */
static bool is_libc(const struct object *object)
{
	static const char *const names[] = {"libc.so.", "ld-linux", "libpthread.so.", "libdl.so.", "librt.so.",
	    "libm.so.", "libutil.so.", "libresolv.so.", "libanl.so.", "libnss_", "libmvec.so.", "libgreenload.so"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strncmp(object->name, names[i], strlen(names[i])) == 0)
			return true;
	}
	return false;
}

static enum heading heading_of(const struct known *known)
{
	switch (known->waits) {
	case ASKED:
		return HELPED_IF_NAMED;
	case HELPER:
		return HELPED;
	case NEVER:
		return NOTED;
	default:
		return PARKED;
	}
}

static void take_import(const char *name, bool is_defined, void *arg)
{
	const struct known *known = find_known(name);
	const char *why = why_left_alone(name);

	if (is_defined)
		return;
	if (known)
		add_word(arg, heading_of(known), strcmp(known->family, "books") == 0 ? "always" : known->family, name);
	else if (why)
		add_word(arg, BLOCKING, why, name);
}

struct definitions {
	struct page *page;
	const struct object *object;
};

/* A program's own definition takes precedence over the hook; for a library's it is the other way round. */
static void take_definition(const char *name, bool is_defined, void *arg)
{
	struct definitions *d = arg;
	bool is_programs = !d->object->loader;

	if (!is_defined)
		return;
	if (strcmp(name, "malloc") == 0)
		add_word(d->page, OWN_MALLOC, d->object->name, name);
	else if (find_known(name))
		add_word(d->page, is_programs ? OWN : REPLACED, d->object->name, name);
}

struct syscalls {
	struct page *page;
	const char *object;
	unsigned others;
};

static void take_syscall(long number, void *arg)
{
	struct syscalls *s = arg;
	const char *name = name_of_waiting_syscall(number);

	if (name)
		add_word(s->page, RAW, s->object, name);
	else
		s->others++;
}

static void look_at_code(struct syscalls *syscalls, const struct object *object)
{
	const ElfW(Shdr) * s;

	for (size_t i = 0; i < object->section_count; i++) {
		s = &object->sections[i];
		if (s->sh_type == SHT_PROGBITS && (s->sh_flags & SHF_EXECINSTR) && s->sh_offset <= object->size &&
		    s->sh_size <= object->size - s->sh_offset)
			for_each_syscall(object->bytes + s->sh_offset, s->sh_size, take_syscall, syscalls);
	}
}

static void look_at(struct page *page, const struct object *object)
{
	struct definitions definitions = {page, object};
	struct syscalls syscalls = {page, object->name, 0};

	for_each_function(object, take_import, page);
	for_each_function(object, take_definition, &definitions);
	look_at_code(&syscalls, object);
	if (syscalls.others)
		add_word(page, RAW, object->name, formatted("and %u that do not wait", syscalls.others));
	if (has_section(object, ".note.go.buildid"))
		add_word(page, GO, object->name, "Go");
}

/* The reason why the library cannot be loaded into the program at all; NULL: it can. */
static const char *obstacle(const struct object *program)
{
	struct stat st;
	const char *privileges = stat(program->path, &st) == 0 ? privileged(program->path, &st) : NULL;

	if (privileges)
		return formatted("It is %s", privileges);
	return has_segment(program, PT_INTERP) && has_segment(program, PT_DYNAMIC) ? NULL : "It is statically linked";
}

static void add_libraries(struct page *page, struct object *program)
{
	find_needed(program);
	for (const struct object *o = program->next; o; o = o->next) {
		add_word(page, o->bytes ? LIBRARIES : NOT_FOUND_LIBRARIES, "", o->name);
		if (o->bytes && !is_libc(o))
			look_at(page, o);
	}
}

_Noreturn void explain(const char *name, const char *path)
{
	const char *file = find_program(name, path), *why;
	struct object program = {0};
	struct page page = {.command = name, .path = path, .program = file};

	if (!read_object(&program, file))
		refuse(CANNOT_RUN, "'%s' cannot be read", file);
	program.name = "the program";
	page.obstacle = why = obstacle(&program);
	if (why && has_section(&program, ".note.go.buildid"))
		add_word(&page, GO, program.name, "Go");
	if (!why) {
		look_at(&page, &program);
		add_libraries(&page, &program);
		page.objection = objection_to_libc();
	}
	print_page(&page);
}
