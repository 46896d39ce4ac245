#include "nopreempt.h"
#include <gnu/libc-version.h>
#include <link.h>
#include <stddef.h>

#define MOST_RANGES 32

void *__tls_get_addr(void *);

static struct range {
	uintptr_t from, to;
} closed[MOST_RANGES];
static int closed_count;

static bool holds(const struct dl_phdr_info *library, uintptr_t address)
{
	int i;

	for (i = 0; i < library->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &library->dlpi_phdr[i];

		if (p->p_type == PT_LOAD && address - (library->dlpi_addr + p->p_vaddr) < p->p_memsz)
			return true;
	}
	return false;
}

static void close_code(const struct dl_phdr_info *library)
{
	int i;

	for (i = 0; i < library->dlpi_phnum && closed_count < MOST_RANGES; i++) {
		const ElfW(Phdr) *p = &library->dlpi_phdr[i];
		uintptr_t from = library->dlpi_addr + p->p_vaddr;

		if (p->p_type == PT_LOAD && (p->p_flags & PF_X))
			closed[closed_count++] = (struct range){from, from + p->p_memsz};
	}
}

void nopreempt_add(uintptr_t from, uintptr_t to)
{
	if (closed_count < MOST_RANGES)
		closed[closed_count++] = (struct range){from, to};
}

static int close_if_needed(struct dl_phdr_info *library, size_t size, void *allocator)
{
	const uintptr_t inside[] = {(uintptr_t)nopreempt_learn, (uintptr_t)gnu_get_libc_version, (uintptr_t)allocator,
	    (uintptr_t)__tls_get_addr};
	size_t i;

	(void)size;
	for (i = 0; i < sizeof(inside) / sizeof(*inside); i++) {
		if (holds(library, inside[i])) {
			close_code(library);
			break;
		}
	}
	return 0;
}

void nopreempt_learn(void *allocator)
{
	dl_iterate_phdr(close_if_needed, allocator);
}

bool is_in_nopreempt_code(uintptr_t pc)
{
	int i;

	for (i = 0; i < closed_count; i++) {
		if (pc - closed[i].from < closed[i].to - closed[i].from)
			return true;
	}
	return pc == 0;
}
