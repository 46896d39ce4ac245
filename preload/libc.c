#include "libc.h"
#include "../runtime/fork.h"
#include <dlfcn.h>
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
		libc.name = (__typeof__(libc.name))find(#name, (void *)name, instead);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#include "calls.def"
#pragma GCC diagnostic pop
}

/* Not before they are called: of what is not there the linker keeps a word, by a malloc that may not be ready yet. */
void libc_find_foreign(void)
{
	find_all(false, NULL);
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
