#include "libc.h"
#include "runtime/lifecycle/fork.h"
#include "runtime/sys/image.h"
#include "runtime/sys/libc_calls.h"
#include <dlfcn.h>
#include <gnu/lib-names.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>

struct libc libc;

int (*libc_clock)(clockid_t clock, struct timespec *t);

/* A libc older than the manifest may lack one. */
static int is_missing(void)
{
	errno = ENOSYS;
	return -1;
}

/* True of those that the oldest libc does not have. The compiler knows the answer for each name. */
static inline __attribute__((always_inline)) bool is_newer(const char *name)
{
	return strcmp(name, "openat2") == 0 || strcmp(name, "sched_getattr") == 0 ||
	       strcmp(name, "sched_setattr") == 0 || strcmp(name, "pidfd_spawn") == 0 ||
	       strcmp(name, "pidfd_spawnp") == 0 || strcmp(name, "pidfd_getpid") == 0 ||
	       strcmp(name, "pthread_gettid_np") == 0;
}

/* What the path leads to has the name of libc's file. */
static bool is_libc(const char *path)
{
	const char *name = path;

	for (; *path; path++) {
		if (*path == '/')
			name = path + 1;
	}
	return image_is_name(name, LIBC_SO);
}

static const struct link_map *map_of_libc(void)
{
	const struct link_map *map = _r_debug.r_map;

	while (map && !is_libc(map->l_name))
		map = map->l_next;
	return map;
}

/* The file's header is at the beginning of its first segment. */
static bool read_libc(struct image *image)
{
	const struct link_map *map = map_of_libc();
	const ElfW(Ehdr) *header = map ? (const void *)map->l_addr : NULL;

	if (!header)
		return false;
	image_read(image, map->l_addr, (const void *)(map->l_addr + header->e_phoff), header->e_phnum);
	return true;
}

/*
 * Of what it does not find the linker keeps a word, by a malloc that may not be ready yet, as the program's own is not
 * during relocation. So it is not asked for what libc does not have. Nor are dl_iterate_phdr() and the functions of
 * <string.h> called: a sanitizer has its own, which would begin to work, by calls of ours that lead nowhere yet.
 */
static bool libc_has(const char *name)
{
	static struct image image;
	static bool is_read;

	is_read = is_read || read_libc(&image);
	return is_read && image_find(&image, name);
}

/*
 * The next after us. Where another library has brought us in, libc comes before us: then it is the first of all that
 * we want, and nothing of the program's reaches us.
 */
static void (*find(const char *name, void *ours, int (*instead)(void)))(void)
{
	void *found = dlsym(RTLD_NEXT, name);

	if (!found)
		found = dlsym(RTLD_DEFAULT, name);
	return found && found != ours ? (void (*)(void))found : (void (*)(void))instead;
}

static bool is_of_libc(const char *family)
{
	return strcmp(family, "aio") != 0;
}

static void find_all(bool of_libc, int (*instead)(void))
{
#define CALL(name, family, waits, cancels, note)                                                                       \
	if (is_of_libc(#family) == of_libc)                                                                            \
		libc.name = (__typeof__(libc.name))(is_newer(#name) && !libc_has(#name)                                \
							? (void (*)(void))instead                                      \
							: find(#name, (void *)name, instead));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#include "preload/calls.def"
#pragma GCC diagnostic pop
}

/* Not before they are called: the linker may not be asked for what is not there, see above. */
void libc_find_foreign(void)
{
	find_all(false, NULL);
}

/* What it has of the program's actions is the kernel's until there are hooks that know better. */
static void find_for_runtime(void)
{
	libc_calls = (struct libc_calls){.pthread_create = libc.pthread_create,
	    .pthread_detach = libc.pthread_detach,
	    .pthread_join = libc.pthread_join,
	    .sigaction = libc.sigaction,
	    .program_sigaction = libc.sigaction};
}

/*
 * An indirect function is resolved while the library that has it is relocated: after libc, on which it depends, and
 * before any constructor. So even a constructor that runs before ours finds the table filled, and no hook has to ask;
 * and no handler of pthread_atfork() is registered before ours.
 */
static void at_relocation(void)
{
}

static __attribute__((used)) void (*resolve(void))(void)
{
	find_all(true, is_missing);
	find_for_runtime();
	libc_clock = (__typeof__(libc_clock))find("clock_gettime", NULL, NULL);
	fork_prepare();
	return at_relocation;
}

static void relocated(void) __attribute__((ifunc("resolve")));

/* The reference that has it resolved. */
void (*const libc_is_found)(void) __attribute__((visibility("hidden"), used)) = relocated;

void *libc_allocator(void)
{
	void *first = dlsym(RTLD_DEFAULT, "malloc");
	const ElfW(Sym) *symbol = NULL;
	Dl_info info;

	/* A program that is loaded at a fixed address may have but a jump to the next there. */
	if (first && dladdr1(first, &info, (void **)&symbol, RTLD_DL_SYMENT) && symbol && symbol->st_shndx == SHN_UNDEF)
		return dlsym(RTLD_NEXT, "malloc");
	return first;
}
