/* The dynamic symbols of one loaded library, looked up in it alone: other definitions of the name do not matter. */
#ifndef PRELOAD_PATCH_ELF_SYMBOLS_H
#define PRELOAD_PATCH_ELF_SYMBOLS_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct library {
	const char *base;
	const char *text, *text_end; /* its executable segment; NULL: it has none, or more than one */
	const ElfW(Sym) * symbols;
	const char *strings;
	const ElfW(Half) * versions;
	const uint32_t *hash; /* DT_GNU_HASH */
	uint32_t count;       /* number of symbols */
};

/* Finds the library whose file has this name. Returns false if it is not loaded, or lacks one of the tables. */
bool find_library(const char *file, struct library *library);

/* The same for a library given by the dynamic linker's map of it. Takes no lock, allocates nothing. */
bool library_of(const struct link_map *map, struct library *library);

/* Its first segment of this type; NULL if it has none, or does not begin with its headers. */
const ElfW(Phdr) * segment_of(const struct link_map *map, ElfW(Word) type);

/* The symbol of this name in its default version, defined in the library; NULL if there is none. */
const ElfW(Sym) * find_symbol(const struct library *library, const char *name);

static inline char *address_of(const struct library *library, const ElfW(Sym) * symbol)
{
	return (char *)library->base + symbol->st_value;
}

/* True if a function starts in these bytes, after the first one. */
bool has_entry_within(const struct library *library, const char *from, size_t size);

#endif
