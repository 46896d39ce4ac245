/*
 * All data is read from the memory of the process. The library's file may have been replaced or removed, or may be
 * invisible to the reader because of a container.
 */
#include "described.h"
#include "refuse.h"
#include <elf.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Limits for the data read, as a process may contain anything. */
enum {
	MOST_SEGMENTS = 64,
	MOST_TAGS = 512,
	MOST_BUCKETS = 1 << 20,
	MOST_IN_CHAIN = 1 << 12,
	MOST_ENTRIES = 1 << 12,
};

/* The dynamic section of a mapped file, as addresses in the process. */
struct image {
	const struct process *process;
	uintptr_t bias;
	uintptr_t dynamic;
	uintptr_t symbols, strings, hash;
};

static bool is_native(const ElfW(Ehdr) * elf)
{
	return memcmp(elf->e_ident, ELFMAG, SELFMAG) == 0 &&
	       elf->e_ident[EI_CLASS] == (sizeof(ElfW(Addr)) == 8 ? ELFCLASS64 : ELFCLASS32) && elf->e_type == ET_DYN &&
	       elf->e_phentsize == sizeof(ElfW(Phdr)) && elf->e_phnum <= MOST_SEGMENTS;
}

static bool read_segments(struct image *image, uintptr_t address)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), first = UINTPTR_MAX, dynamic = 0;
	ElfW(Phdr) segments[MOST_SEGMENTS];
	ElfW(Ehdr) elf;
	int i;

	if (!read_memory(image->process, address, &elf, sizeof elf) || !is_native(&elf) ||
	    !read_memory(image->process, address + elf.e_phoff, segments, elf.e_phnum * sizeof segments[0]))
		return false;
	for (i = 0; i < elf.e_phnum; i++) {
		if (segments[i].p_type == PT_LOAD && segments[i].p_vaddr < first)
			first = segments[i].p_vaddr;
		if (segments[i].p_type == PT_DYNAMIC)
			dynamic = segments[i].p_vaddr;
	}
	image->bias = address - (first & ~(page - 1));
	image->dynamic = image->bias + dynamic;
	return dynamic != 0;
}

/* The loader replaces offsets by addresses, in some files and at some time. */
static uintptr_t absolute(const struct image *image, uintptr_t pointer)
{
	return pointer < image->bias ? pointer + image->bias : pointer;
}

static bool read_dynamic(struct image *image)
{
	ElfW(Dyn) tag;
	int i;

	for (i = 0; i < MOST_TAGS; i++) {
		if (!read_memory(image->process, image->dynamic + (size_t)i * sizeof tag, &tag, sizeof tag) ||
		    tag.d_tag == DT_NULL)
			break;
		if (tag.d_tag == DT_SYMTAB)
			image->symbols = absolute(image, tag.d_un.d_ptr);
		else if (tag.d_tag == DT_STRTAB)
			image->strings = absolute(image, tag.d_un.d_ptr);
		else if (tag.d_tag == DT_GNU_HASH)
			image->hash = absolute(image, tag.d_un.d_ptr);
	}
	return image->symbols && image->strings && image->hash;
}

/* As the loader computes it for DT_GNU_HASH. */
static uint32_t hash_of(const char *name)
{
	uint32_t hash = 5381;

	while (*name)
		hash = hash * 33 + (unsigned char)*name++;
	return hash;
}

/* The address of the i-th symbol if it has this name; 0: it does not. */
static uintptr_t address_if_named(const struct image *image, uint32_t i, const char *name)
{
	char found[64] = "";
	ElfW(Sym) symbol;

	if (!read_memory(image->process, image->symbols + i * sizeof symbol, &symbol, sizeof symbol) ||
	    symbol.st_shndx == SHN_UNDEF ||
	    !read_memory(image->process, image->strings + symbol.st_name, found, strlen(name) + 1))
		return 0;
	return strcmp(found, name) == 0 ? image->bias + symbol.st_value : 0;
}

/* The table: four numbers, a filter of words as long as addresses, the buckets, then the chains. */
static uintptr_t find_symbol(const struct image *image, const char *name)
{
	uint32_t head[4], i, hash, wanted = hash_of(name), steps;
	uintptr_t buckets, chains, address;

	if (!read_memory(image->process, image->hash, head, sizeof head) || !head[0] || head[0] > MOST_BUCKETS)
		return 0;
	buckets = image->hash + sizeof head + head[2] * sizeof(ElfW(Addr));
	chains = buckets + head[0] * sizeof(uint32_t);
	if (!read_memory(image->process, buckets + wanted % head[0] * sizeof i, &i, sizeof i) || i < head[1])
		return 0;
	for (steps = 0; steps < MOST_IN_CHAIN; steps++, i++) {
		if (!read_memory(image->process, chains + (i - head[1]) * sizeof hash, &hash, sizeof hash))
			return 0;
		address = (hash | 1) == (wanted | 1) ? address_if_named(image, i, name) : 0;
		if (address || hash & 1)
			return address;
	}
	return 0;
}

static bool take_file(uintptr_t address, const char *path, void *arg)
{
	struct described *described = arg;
	struct image image = {.process = described->process};

	(void)path;
	if (read_segments(&image, address) && read_dynamic(&image))
		described->address = find_symbol(&image, DESCRIPTION_SYMBOL);
	return described->address != 0;
}

static bool is_known(const struct description *header)
{
	return memcmp(header->magic, DESCRIPTION_MAGIC, sizeof DESCRIPTION_MAGIC) == 0 &&
	       header->version == DESCRIPTION_VERSION && header->size >= sizeof *header &&
	       header->entry_size >= sizeof(struct description_entry) && header->entry_count <= MOST_ENTRIES;
}

static void read_entries(struct described *described, const struct description *header)
{
	struct description_entry *entries = calloc(header->entry_count + 1, sizeof *entries);
	uint32_t i;

	if (!entries)
		refuse(OUR_FAILURE, "out of memory");
	for (i = 0; i < header->entry_count; i++) {
		if (!read_memory(described->process, header->entries + (size_t)i * header->entry_size, &entries[i],
			sizeof entries[i]))
			return;
		entries[i].name[sizeof entries[i].name - 1] = '\0';
	}
	described->entries = entries;
	described->count = header->entry_count;
}

bool find_description(const struct process *process, struct described *described)
{
	struct description header = {0};

	*described = (struct described){.process = process};
	if (!find_mapped_file(process, take_file, described))
		return false;
	if (!read_memory(process, described->address, &header, sizeof header) || !is_known(&header)) {
		described->version = header.version == DESCRIPTION_VERSION ? 0 : header.version;
		return true;
	}
	described->version = header.version;
	memcpy(described->release, header.release, sizeof header.release);
	read_entries(described, &header);
	return true;
}

static const struct description_entry *find_entry(const struct described *described, const char *name, uint32_t kind)
{
	uint32_t i;

	for (i = 0; i < described->count; i++) {
		const struct description_entry *entry = &described->entries[i];

		if (entry->kind == kind && strcmp(entry->name, name) == 0)
			return entry;
	}
	return NULL;
}

static bool read_value(const struct described *described, uintptr_t address, size_t size, uint64_t *value)
{
	union {
		uint8_t one;
		uint16_t two;
		uint32_t four;
		uint64_t eight;
	} bytes;

	if ((size != 1 && size != 2 && size != 4 && size != 8) ||
	    !read_memory(described->process, address, &bytes, size))
		return false;
	*value = size == 1 ? bytes.one : size == 2 ? bytes.two : size == 4 ? bytes.four : bytes.eight;
	return true;
}

bool described_variable(const struct described *described, const char *name, uint64_t *value)
{
	const struct description_entry *entry = find_entry(described, name, DESCRIBED_VARIABLE);

	return entry && read_value(described, entry->value, entry->size, value);
}

bool described_field(const struct described *described, const char *name, uintptr_t structure, uint64_t *value)
{
	const struct description_entry *entry = find_entry(described, name, DESCRIBED_FIELD);

	return entry && read_value(described, structure + entry->value, entry->size, value);
}

bool described_text(const struct described *described, const char *name, char *text, size_t size)
{
	uint64_t address;
	size_t length = 0;

	if (!described_variable(described, name, &address) || !address)
		return false;
	while (length < size - 1 && read_memory(described->process, (uintptr_t)address + length, text + length, 1) &&
	       text[length])
		length++;
	text[length] = '\0';
	return length > 0;
}
