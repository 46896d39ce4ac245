#include "needed.h"
#include "refuse.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CACHE       "/etc/ld.so.cache"
#define CACHE_MAGIC "glibc-ld.so.cache1.1"

/* As ldconfig writes it; text offsets count from the beginning of the file. */
struct cache_header {
	char magic[20];
	uint32_t entries, size_of_text;
	uint32_t unused[5];
};

struct cache_entry {
	int32_t flags;
	uint32_t name, path, unused;
	uint64_t features; /* for processors that have these features; 0: for all */
};

/* NULL: there is no cache in a known format. */
static const char *read_cache(size_t *size)
{
	char *bytes = read_file(CACHE, size);

	if (bytes && *size > sizeof(struct cache_header) && memcmp(bytes, CACHE_MAGIC, strlen(CACHE_MAGIC)) == 0)
		return bytes;
	free(bytes);
	return NULL;
}

static bool try_path(struct object *library, char *path)
{
	bool found = read_object(library, path);

	free(path);
	return found;
}

static bool try_cache(struct object *library)
{
	static const char *cache;
	static size_t size;
	const struct cache_header *header;
	const struct cache_entry *entry;
	size_t i;

	if (!cache)
		cache = read_cache(&size);
	if (!cache)
		return false;
	header = (const void *)cache;
	entry = (const void *)(header + 1);
	for (i = 0; i < header->entries && (size_t)((const char *)(entry + 1) - cache) <= size; i++, entry++) {
		if (entry->name < size && entry->path < size && !entry->features &&
		    strcmp(cache + entry->name, library->name) == 0 &&
		    try_path(library, formatted("%s", cache + entry->path)))
			return true;
	}
	return false;
}

/* Replaces $ORIGIN or ${ORIGIN} by the directory of the object that contains the path. */
static char *expanded(const char *directory, size_t length, const struct object *object)
{
	const char *dollar = memchr(directory, '$', length), *rest;
	const char *slash = strrchr(object->path, '/');

	if (!dollar)
		return formatted("%.*s", (int)length, directory);
	rest = dollar + 1;
	if (strncmp(rest, "ORIGIN", 6) == 0)
		rest += 6;
	else if (strncmp(rest, "{ORIGIN}", 8) == 0)
		rest += 8;
	else
		return formatted("%.*s", (int)length, directory);
	return formatted("%.*s%.*s%.*s", (int)(dollar - directory), directory, slash ? (int)(slash - object->path) : 1,
	    slash ? object->path : ".", (int)(directory + length - rest), rest);
}

/* A list of directories separated by colons; an empty one is the current directory. */
static bool try_list(struct object *library, const char *list, const struct object *of)
{
	char *directory;
	size_t length;

	for (; list; list = list[length] ? list + length + 1 : NULL) {
		length = strcspn(list, ":;");
		directory = expanded(list, length, of);
		if (try_path(library, formatted("%s/%s", *directory ? directory : ".", library->name)))
			return true;
		free(directory);
	}
	return false;
}

/*
 * DT_RPATH applies to the libraries that its object needs, and to those that they need, unless there is a DT_RUNPATH.
 */
static bool try_rpaths(struct object *library)
{
	const char *path;

	if (dynamic_text(library->loader, DT_RUNPATH, 0))
		return false;
	for (const struct object *o = library->loader; o; o = o->loader) {
		path = dynamic_text(o, DT_RUNPATH, 0) ? NULL : dynamic_text(o, DT_RPATH, 0);
		if (path && *path && try_list(library, path, o))
			return true;
	}
	return false;
}

/*
 * Debian has a library directory for each machine, other systems have lib64 or lib; libraries of other machines are
 * rejected.
 */
static bool try_standard(struct object *library)
{
	static const char standard[] = "/lib/" MULTIARCH ":/usr/lib/" MULTIARCH ":/lib64:/usr/lib64:/lib:/usr/lib";

	return try_list(library, standard, library->loader);
}

static void find(struct object *library)
{
	const char *wanted = getenv("LD_LIBRARY_PATH"), *runpath = dynamic_text(library->loader, DT_RUNPATH, 0);

	if (strchr(library->name, '/')) {
		read_object(library, library->name);
		return;
	}
	(void)(try_rpaths(library) || (wanted && *wanted && try_list(library, wanted, library->loader)) ||
	       (runpath && *runpath && try_list(library, runpath, library->loader)) || try_cache(library) ||
	       try_standard(library));
}

static bool is_listed(const struct object *list, const char *name)
{
	for (; list; list = list->next) {
		if (strcmp(list->name, name) == 0)
			return true;
	}
	return false;
}

void find_needed(struct object *program)
{
	struct object *last = program, *library;
	const char *name;

	for (const struct object *o = program; o; o = o->next) {
		for (size_t i = 0; o->bytes && (name = dynamic_text(o, DT_NEEDED, i)); i++) {
			if (!*name || is_listed(program, name))
				continue;
			library = calloc(1, sizeof(*library));
			if (!library)
				refuse(OUR_FAILURE, "out of memory");
			library->name = name;
			library->loader = o;
			find(library);
			last = last->next = library;
		}
	}
}
