#include "elf_symbols.h"
#include "runtime/sys/user_memory.h"
#include <string.h>

/* Marks a version that is not the default one. */
#define HIDDEN_VERSION 0x8000

/* The head of DT_GNU_HASH. A filter of bloom_words words, the buckets and the chains follow. */
struct hash_head {
	uint32_t buckets, first_symbol, bloom_words, bloom_shift;
};

static const struct hash_head *head_of(const struct library *library)
{
	return (const struct hash_head *)library->hash;
}

static const uint32_t *buckets_of(const struct library *library)
{
	const struct hash_head *head = head_of(library);

	return (const uint32_t *)((const uintptr_t *)(head + 1) + head->bloom_words);
}

/* The chain entry of a symbol. Its lowest bit is set at the end of a chain, the other bits are those of the hash. */
static uint32_t chained(const struct library *library, uint32_t symbol)
{
	const struct hash_head *head = head_of(library);

	return buckets_of(library)[head->buckets + symbol - head->first_symbol];
}

/* The symbols are in the order of their buckets: the last chain is that of the highest bucket in use. */
static uint32_t count_symbols(const struct library *library)
{
	const struct hash_head *head = head_of(library);
	uint32_t last = 0, i;

	for (i = 0; i < head->buckets; i++) {
		if (buckets_of(library)[i] > last)
			last = buckets_of(library)[i];
	}
	while (last && !(chained(library, last) & 1))
		last++;
	return last ? last + 1 : 0;
}

/* glibc has converted the file's offsets to addresses. */
static void read_dynamic(struct library *library, const ElfW(Dyn) * entry)
{
	for (; entry->d_tag != DT_NULL; entry++) {
		const void *there = (const void *)entry->d_un.d_ptr;

		if (entry->d_tag == DT_SYMTAB)
			library->symbols = there;
		else if (entry->d_tag == DT_STRTAB)
			library->strings = there;
		else if (entry->d_tag == DT_VERSYM)
			library->versions = there;
		else if (entry->d_tag == DT_GNU_HASH)
			library->hash = there;
	}
}

static void read_header(struct library *library, const ElfW(Phdr) * header)
{
	const char *start = library->base + header->p_vaddr;

	if (header->p_type == PT_DYNAMIC)
		read_dynamic(library, (const ElfW(Dyn) *)start);
	if (header->p_type != PT_LOAD || !(header->p_flags & PF_X))
		return;
	library->text_end = library->text ? NULL : start + header->p_memsz;
	library->text = start;
}

struct search {
	const char *file;
	struct library *library;
};

static int look_at(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct search *search = arg;
	const char *slash = strrchr(info->dlpi_name, '/');
	int i;

	(void)size;
	if (strcmp(slash ? slash + 1 : info->dlpi_name, search->file) != 0)
		return 0;
	*search->library = (struct library){.base = (const char *)info->dlpi_addr};
	for (i = 0; i < info->dlpi_phnum; i++)
		read_header(search->library, &info->dlpi_phdr[i]);
	return 1;
}

static bool is_whole(struct library *library)
{
	if (!library->symbols || !library->strings || !library->versions || !library->hash || !library->text_end)
		return false;
	library->count = count_symbols(library);
	return library->count > 0;
}

bool find_library(const char *file, struct library *library)
{
	struct search search = {file, library};

	return dl_iterate_phdr(look_at, &search) && is_whole(library);
}

/* The file's header, if the first segment contains it. */
static const ElfW(Ehdr) * header_of(const struct link_map *map)
{
	const ElfW(Ehdr) *header = (const void *)map->l_addr;

	return header && is_readable(header) && memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 ? header : NULL;
}

bool library_of(const struct link_map *map, struct library *library)
{
	const ElfW(Ehdr) *header = header_of(map);
	const ElfW(Phdr) *segment = header ? (const void *)((const char *)header + header->e_phoff) : NULL;
	int i;

	if (!header)
		return false;
	*library = (struct library){.base = (const char *)map->l_addr};
	for (i = 0; i < header->e_phnum; i++)
		read_header(library, &segment[i]);
	return is_whole(library);
}

const ElfW(Phdr) * segment_of(const struct link_map *map, ElfW(Word) type)
{
	const ElfW(Ehdr) *header = header_of(map);
	const ElfW(Phdr) *segment = header ? (const void *)((const char *)header + header->e_phoff) : NULL;
	int i;

	for (i = 0; header && i < header->e_phnum; i++) {
		if (segment[i].p_type == type)
			return &segment[i];
	}
	return NULL;
}

static uint32_t hash_of(const char *name)
{
	uint32_t hash = 5381;

	for (; *name; name++)
		hash = hash * 33 + (unsigned char)*name;
	return hash;
}

static bool is_meant(const struct library *library, uint32_t i, const char *name)
{
	const ElfW(Sym) *symbol = &library->symbols[i];

	return symbol->st_shndx != SHN_UNDEF && !(library->versions[i] & HIDDEN_VERSION) &&
	       strcmp(library->strings + symbol->st_name, name) == 0;
}

const ElfW(Sym) * find_symbol(const struct library *library, const char *name)
{
	uint32_t hash = hash_of(name), i = buckets_of(library)[hash % head_of(library)->buckets];

	if (!i)
		return NULL;
	for (;; i++) {
		if ((chained(library, i) | 1) == (hash | 1) && is_meant(library, i, name))
			return &library->symbols[i];
		if (chained(library, i) & 1)
			return NULL;
	}
}

static bool is_function(const ElfW(Sym) * symbol)
{
	int type = symbol->st_info & 0xf;

	return symbol->st_shndx != SHN_UNDEF && (type == STT_FUNC || type == STT_GNU_IFUNC);
}

bool has_entry_within(const struct library *library, const char *from, size_t size)
{
	const ElfW(Addr) first = (ElfW(Addr))(from - library->base);
	uint32_t i;

	for (i = 0; i < library->count; i++) {
		const ElfW(Sym) *symbol = &library->symbols[i];

		if (symbol->st_value - first < size && symbol->st_value != first && is_function(symbol))
			return true;
	}
	return false;
}
