/*
 * The kernel's clock. libc's clock_gettime is a symbol that a program or a preloaded library may define, and libc's own
 * way to the vdso is hidden: so the vdso's function is looked up once more, in the image that the kernel has mapped.
 */
#include "clock.h"
#include "sys.h"
#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>

#ifdef __aarch64__
#define VDSO_NAME "__kernel_clock_gettime"
#else
#define VDSO_NAME "__vdso_clock_gettime"
#endif

static int ask_kernel(clockid_t clock, struct timespec *t)
{
	return (int)raw_syscall(SYS_clock_gettime, clock, (long)t, 0, 0, 0, 0);
}

struct image {
	uintptr_t away; /* from the addresses in the file to those in memory */
	const ElfW(Dyn) * dynamic;
	const ElfW(Sym) * symbols;
	const char *names;
	const uint32_t *hash, *gnu_hash;
};

static void read_headers(const ElfW(Ehdr) * file, struct image *image)
{
	const ElfW(Phdr) *header = (const void *)((const char *)file + file->e_phoff);
	bool is_first = true;
	int i;

	for (i = 0; i < file->e_phnum; i++) {
		if (header[i].p_type == PT_LOAD && is_first) {
			image->away = (uintptr_t)file + header[i].p_offset - header[i].p_vaddr;
			is_first = false;
		} else if (header[i].p_type == PT_DYNAMIC) {
			image->dynamic = (const void *)((const char *)file + header[i].p_offset);
		}
	}
}

static void read_dynamic(struct image *image)
{
	const ElfW(Dyn) * entry;

	for (entry = image->dynamic; entry && entry->d_tag != DT_NULL; entry++) {
		const void *at = (const void *)(image->away + entry->d_un.d_ptr);

		if (entry->d_tag == DT_SYMTAB)
			image->symbols = at;
		else if (entry->d_tag == DT_STRTAB)
			image->names = at;
		else if (entry->d_tag == DT_HASH)
			image->hash = at;
		else if (entry->d_tag == DT_GNU_HASH)
			image->gnu_hash = at;
	}
}

/* Neither kind of hash table is worth a search by hash; both tell how many symbols there are. */
static uint32_t count_symbols(const struct image *image)
{
	const uint32_t *table = image->gnu_hash, *buckets, *chain;
	uint32_t last = 0, i;

	if (image->hash)
		return image->hash[1];
	if (!table)
		return 0;
	buckets = table + 4 + table[2] * (sizeof(ElfW(Addr)) / sizeof(*table));
	chain = buckets + table[0];
	for (i = 0; i < table[0]; i++)
		last = buckets[i] > last ? buckets[i] : last;
	if (last < table[1])
		return 0;
	while (!(chain[last - table[1]] & 1))
		last++;
	return last + 1;
}

static void *find_in_vdso(const char *name)
{
	const ElfW(Ehdr) *file = (const void *)getauxval(AT_SYSINFO_EHDR);
	struct image image = {0};
	uint32_t count, i;

	if (!file)
		return NULL;
	read_headers(file, &image);
	read_dynamic(&image);
	count = image.symbols && image.names ? count_symbols(&image) : 0;
	for (i = 0; i < count; i++) {
		if (image.symbols[i].st_shndx != SHN_UNDEF && strcmp(image.names + image.symbols[i].st_name, name) == 0)
			return (void *)(image.away + image.symbols[i].st_value);
	}
	return NULL;
}

/* No constructor does it: other libraries' constructors may call us before ours. */
static int look_up(clockid_t clock, struct timespec *t)
{
	int (*found)(clockid_t, struct timespec *) = (__typeof__(found))find_in_vdso(VDSO_NAME);

	if (!found)
		found = ask_kernel;
	__atomic_store_n(&kernel_clock, found, __ATOMIC_RELAXED);
	return found(clock, t);
}

int (*kernel_clock)(clockid_t clock, struct timespec *t) = look_up;
