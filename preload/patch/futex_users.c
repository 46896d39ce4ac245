#include "futex_users.h"
#include "runtime/sys/memory.h"
#include "syscall_scan.h"
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

/*
 * The result for an address. It stays in the list, and is valid until a library is unloaded, which may be the one at
 * that address.
 */
struct answer {
	struct answer *next;
	const void *address;
	_Atomic bool waits;
	atomic_uint age;
};

#define FOR_GOOD UINT_MAX /* the age of a result about the program itself */

static struct answer *_Atomic answers;
static atomic_uint age;

static void note_futex(long number, void *found)
{
	if (number == SYS_futex)
		*(bool *)found = true;
}

static bool code_waits(const struct link_map *module, const ElfW(Ehdr) * header)
{
	const ElfW(Phdr) *segment = (const void *)((const char *)header + header->e_phoff);
	bool found = false;
	int i;

	for (i = 0; i < header->e_phnum; i++) {
		if (segment[i].p_type == PT_LOAD && (segment[i].p_flags & PF_X) && (segment[i].p_flags & PF_R))
			for_each_syscall((const void *)(module->l_addr + segment[i].p_vaddr), segment[i].p_filesz,
			    note_futex, &found);
	}
	return found;
}

/* Code that belongs to no module was generated at run time, and is not scanned. */
static void find_out(struct answer *a)
{
	unsigned now = atomic_load(&age);
	struct link_map *module = NULL;
	Dl_info info;
	bool is_module = dladdr1(a->address, &info, (void **)&module, RTLD_DL_LINKMAP) &&
			 memcmp(info.dli_fbase, ELFMAG, SELFMAG) == 0;

	atomic_store(&a->waits, is_module && code_waits(module, info.dli_fbase));
	atomic_store(&a->age, is_module && !module->l_prev ? FOR_GOOD : now);
}

static struct answer *known_of(const void *address)
{
	struct answer *a = atomic_load(&answers);

	while (a && a->address != address)
		a = a->next;
	return a;
}

static void keep(const struct answer *found)
{
	struct answer *a = memory_alloc(sizeof(*a));

	if (!a)
		return;
	*a = *found;
	a->next = atomic_load(&answers);
	while (!atomic_compare_exchange_weak(&answers, &a->next, a))
		;
}

bool waits_by_itself(const void *address)
{
	struct answer *known = known_of(address), found = {.address = address};
	int before = errno;

	if (!known) {
		find_out(&found);
		keep(&found);
		known = &found;
	} else if (known->age != FOR_GOOD && known->age != atomic_load(&age)) {
		find_out(known);
	}
	errno = before;
	return known->waits;
}

void forget_raw_futex_users(void)
{
	atomic_fetch_add(&age, 1);
}
