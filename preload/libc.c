#include "libc.h"
#include <dlfcn.h>

struct libc libc;

static void find_all(void)
{
#define CALL(name, family, waits, note) libc.name = (__typeof__(libc.name))dlsym(RTLD_NEXT, #name);
#include "calls.def"
}

/*
 * An indirect function is resolved while the library that has it is relocated: after libc, on which it depends, and
 * before any constructor. So even a constructor that runs before ours finds the table filled, and no hook has to ask.
 */
static void at_relocation(void)
{
}

static void (*resolve(void))(void)
{
	find_all();
	return at_relocation;
}

static void relocated(void) __attribute__((ifunc("resolve")));

/* The reference that has it resolved. */
void (*const libc_is_found)(void) __attribute__((visibility("hidden"), used)) = relocated;
