#include "dlopen_tls.h"
#include "hub.h"
#include "runtime/glibc/layout.h"
#include "runtime/stack/stack.h"
#include "runtime/sys/auxv.h"
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <string.h>

size_t newest_module(void)
{
	return glibc_newest_module();
}

/* By the header of its file, which begins its lowest segment. */
static const ElfW(Phdr) * tls_segment(const struct link_map *library)
{
	const ElfW(Ehdr) * header;
	const ElfW(Phdr) * segment;
	Dl_info info;
	int i;

	if (!dladdr(library->l_ld, &info) || memcmp(info.dli_fbase, ELFMAG, SELFMAG) != 0)
		return NULL;
	header = info.dli_fbase;
	segment = (const void *)((const char *)header + header->e_phoff);
	for (i = 0; i < header->e_phnum; i++) {
		if (segment[i].p_type == PT_TLS)
			return &segment[i];
	}
	return NULL;
}

static void set_variables(void *tp, ptrdiff_t offset, const struct link_map *library, const ElfW(Phdr) * segment)
{
	char *variables = (char *)tp + offset;

	memcpy(variables, (const char *)library->l_addr + segment->p_vaddr, segment->p_filesz);
	memset(variables + segment->p_filesz, 0, segment->p_memsz - segment->p_filesz);
}

static void give(const void *map, ptrdiff_t offset, void *arg)
{
	const struct hub *hub = arg;
	const ElfW(Phdr) *segment = tls_segment(map);
	struct greenlet *g;

	if (!segment)
		return;
	for (g = hub->living; g; g = g->next_living)
		set_variables(g->context.thread_pointer, offset, map, segment);
}

/* In whatever namespace. */
void give_modules_since(struct hub *hub, size_t newest)
{
	if (newest_module() != newest)
		glibc_each_static_module(newest, give, hub);
}

/* How many libraries had ever come when they were looked at last; all bits set: one asks for executable stacks. */
static _Atomic unsigned long long looked_at;
static _Atomic int refused; /* then: what the kernel has answered */

/* The kernel's own object is not libc's to ask. */
static bool asks_for_executable_stacks(const struct dl_phdr_info *library)
{
	const ElfW(Phdr) *kernels = (const ElfW(Phdr) *)auxv_value(AT_SYSINFO_EHDR);
	int i;

	for (i = 0; i < library->dlpi_phnum; i++) {
		if (library->dlpi_phdr[i].p_type == PT_GNU_STACK)
			return library->dlpi_phdr[i].p_flags & PF_X;
	}
	return !kernels || (uintptr_t)library->dlpi_phdr - (uintptr_t)kernels >= stack_page();
}

/* Ends the walk at once if no library has come since the last one. */
static int look_for_executable(struct dl_phdr_info *library, size_t size, void *arg)
{
	unsigned long long *seen = arg;

	if (size < offsetof(struct dl_phdr_info, dlpi_subs))
		return 1;
	if (atomic_load(&looked_at) == library->dlpi_adds)
		return 1;
	*seen = asks_for_executable_stacks(library) ? ~0ull : library->dlpi_adds;
	return *seen == ~0ull;
}

int stacks_follow_modules(void)
{
	unsigned long long seen = 0;

	if (atomic_load(&looked_at) == ~0ull)
		return atomic_load(&refused);
	dl_iterate_phdr(look_for_executable, &seen);
	if (seen == ~0ull)
		atomic_store(&refused, stacks_make_executable());
	if (seen)
		atomic_store(&looked_at, seen);
	return atomic_load(&refused);
}

bool stacks_follow_fault(const siginfo_t *info, const ucontext_t *context)
{
	const struct greenlet *g = self;
	uintptr_t at = (uintptr_t)info->si_addr;

	if (!g || g->is_main || info->si_code != SEGV_ACCERR || context_pc(context) != at ||
	    at - (uintptr_t)g->mem.stack.low >= (uintptr_t)(g->mem.stack.high - g->mem.stack.low) ||
	    atomic_load(&looked_at) == ~0ull)
		return false;
	return stacks_follow_modules() == 0 && atomic_load(&looked_at) == ~0ull;
}
