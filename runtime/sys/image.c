#include "image.h"
#include <stddef.h>

/* The dynamic linker changes the addresses to those in memory, but for an object that it has not loaded itself. */
static const void *table_at(uintptr_t away, const ElfW(Dyn) * entry)
{
	return (const void *)(entry->d_un.d_ptr < away ? away + entry->d_un.d_ptr : entry->d_un.d_ptr);
}

static void read_dynamic(struct image *image, const ElfW(Dyn) * entry)
{
	for (; entry->d_tag != DT_NULL; entry++) {
		if (entry->d_tag == DT_SYMTAB)
			image->symbols = table_at(image->away, entry);
		else if (entry->d_tag == DT_STRTAB)
			image->names = table_at(image->away, entry);
		else if (entry->d_tag == DT_HASH)
			image->hash = table_at(image->away, entry);
		else if (entry->d_tag == DT_GNU_HASH)
			image->gnu_hash = table_at(image->away, entry);
	}
}

void image_read(struct image *image, uintptr_t away, const ElfW(Phdr) * header, int headers)
{
	int i;

	*image = (struct image){.away = away};
	for (i = 0; i < headers; i++) {
		if (header[i].p_type == PT_DYNAMIC)
			read_dynamic(image, (const void *)(away + header[i].p_vaddr));
	}
}

bool image_is_name(const char *one, const char *other)
{
	while (*one && *one == *other) {
		one++;
		other++;
	}
	return *one == *other;
}

static bool is_named(const struct image *image, uint32_t i, const char *name)
{
	return image->symbols[i].st_shndx != SHN_UNDEF && image_is_name(image->names + image->symbols[i].st_name, name);
}

static uint32_t gnu_hash(const char *name)
{
	uint32_t hash = 5381;

	for (; *name; name++)
		hash = hash * 33 + (unsigned char)*name;
	return hash;
}

/* The symbol's number, or 0. The filter in front of the table is passed over. */
static uint32_t find_by_gnu_hash(const struct image *image, const char *name)
{
	const uint32_t *table = image->gnu_hash, first = table[1], hash = gnu_hash(name);
	const uint32_t *buckets = table + 4 + table[2] * (sizeof(ElfW(Addr)) / sizeof(*table));
	const uint32_t *chain = buckets + table[0];
	uint32_t i = table[0] ? buckets[hash % table[0]] : 0;

	if (i < first || i == 0)
		return 0;
	for (;; i++) {
		if ((chain[i - first] | 1) == (hash | 1) && is_named(image, i, name))
			return i;
		if (chain[i - first] & 1)
			return 0;
	}
}

/* The older table is only asked how many symbols there are: objects that have nothing else, as the vdso, are small. */
static uint32_t find_one_by_one(const struct image *image, const char *name)
{
	uint32_t i;

	for (i = 1; i < image->hash[1]; i++) {
		if (is_named(image, i, name))
			return i;
	}
	return 0;
}

void *image_find(const struct image *image, const char *name)
{
	uint32_t i = 0;

	if (!image->symbols || !image->names)
		return NULL;
	if (image->gnu_hash)
		i = find_by_gnu_hash(image, name);
	else if (image->hash)
		i = find_one_by_one(image, name);
	return i ? (void *)(image->away + image->symbols[i].st_value) : NULL;
}
