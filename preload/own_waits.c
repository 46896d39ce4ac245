#include "own_waits.h"
#include "code.h"
#include <dlfcn.h>
#include <link.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

/* What has been found out. Answers stay in the list, older ones count no more once a library has gone. */
struct answer {
	const struct answer *next;
	const void *address;
	unsigned age;
	bool waits;
};

static const struct answer *_Atomic answers;
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

/* What belongs to no module has been made while the program runs, and is not looked at. */
static bool read_code(const void *address)
{
	struct link_map *module;
	Dl_info info;

	return dladdr1(address, &info, (void **)&module, RTLD_DL_LINKMAP) &&
	       memcmp(info.dli_fbase, ELFMAG, SELFMAG) == 0 && code_waits(module, info.dli_fbase);
}

bool waits_by_itself(const void *address)
{
	const struct answer *a;
	struct answer *new;
	unsigned now = atomic_load(&age);
	bool waits;

	for (a = atomic_load(&answers); a; a = a->next) {
		if (a->address == address && a->age == now)
			return a->waits;
	}
	waits = read_code(address);
	new = malloc(sizeof(*new));
	if (!new)
		return waits;
	*new = (struct answer){atomic_load(&answers), address, now, waits};
	while (!atomic_compare_exchange_weak(&answers, &new->next, new))
		;
	return waits;
}

void forget_own_waits(void)
{
	atomic_fetch_add(&age, 1);
}
