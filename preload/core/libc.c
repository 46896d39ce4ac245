#include "libc.h"
#include "libc_sanitized.h"
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

/* A libc older than the manifest may lack a function. */
static int is_missing(void)
{
	errno = ENOSYS;
	return -1;
}

/* True for functions that the oldest libc does not have. The compiler knows the answer for each name. */
static inline __attribute__((always_inline)) bool is_newer(const char *name)
{
	return strcmp(name, "openat2") == 0 || strcmp(name, "sched_getattr") == 0 ||
	       strcmp(name, "sched_setattr") == 0 || strcmp(name, "pidfd_spawn") == 0 ||
	       strcmp(name, "pidfd_spawnp") == 0 || strcmp(name, "pidfd_getpid") == 0 ||
	       strcmp(name, "pthread_gettid_np") == 0;
}

/* True if the path leads to a file with the name of libc's. */
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
 * If the linker does not find a symbol it keeps an error message, allocated by a malloc that may not be ready yet; the
 * program's own is not ready during relocation. So the linker is not asked for symbols that libc lacks.
 * dl_iterate_phdr() and the functions of <string.h> are not called either: a sanitizer has its own, which would begin
 * to work, by calls of ours that lead nowhere yet.
 */
static void *find_in_libc(const char *name)
{
	static struct image image;
	static bool is_read;

	is_read = is_read || read_libc(&image);
	return is_read ? image_find(&image, name) : NULL;
}

/*
 * True for functions of which libc's own are used in a build with ThreadSanitizer. Those of the sanitizer suppose one
 * thread for each OS thread: they let no fiber exit, delay signal handlers until the OS thread calls the sanitizer, and
 * jump only to frames of the running fiber.
 */
static inline __attribute__((always_inline)) bool is_libcs_own(const char *name)
{
#ifdef WITH_THREAD_SANITIZER
	return strcmp(name, "pthread_exit") == 0 || strcmp(name, "sigaction") == 0 ||
	       strcmp(name, "__sigsetjmp") == 0 || strcmp(name, "siglongjmp") == 0 ||
	       strcmp(name, "__longjmp_chk") == 0;
#else
	(void)name;
	return false;
#endif
}

/*
 * Finds the next definition after us. If another library has loaded us as a dependency, libc comes before us: then libc
 * is the first library that defines what we want, and no call of the program reaches us.
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
		libc.name = (__typeof__(libc.name))(is_newer(#name) && !find_in_libc(#name) ? (void (*)(void))instead  \
						    : is_libcs_own(#name) ? (void (*)(void))find_in_libc(#name)        \
									  : find(#name, (void *)name, instead));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#include "preload/calls.def"
#pragma GCC diagnostic pop
}

/* Done only when they are called: the linker must not be asked for symbols that are missing, see above. */
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
 * before any constructor. So even a constructor that runs before ours finds the table filled, and no hook has to check;
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
	libc_use_known_to_sanitizer();
	fork_prepare();
	return at_relocation;
}

static void relocated(void) __attribute__((ifunc("resolve")));

/* The reference that causes it to be resolved. */
void (*const libc_is_found)(void) __attribute__((visibility("hidden"), used)) = relocated;

void *libc_allocator(void)
{
	void *first = dlsym(RTLD_DEFAULT, "malloc");
	const ElfW(Sym) *symbol = NULL;
	Dl_info info;

	/*
	 * In a program that is loaded at a fixed address this may be only a PLT entry, a jump to the next definition.
	 */
	if (first && dladdr1(first, &info, (void **)&symbol, RTLD_DL_SYMENT) && symbol && symbol->st_shndx == SHN_UNDEF)
		return dlsym(RTLD_NEXT, "malloc");
	return first;
}
