#include "sanitizers.h"
#include <link.h>
#include <stddef.h>
#include <stdint.h>

/* sanitizer/asan_interface.h, sanitizer/lsan_interface.h */
const char *__asan_default_options(void);
extern void __lsan_do_leak_check(void) __attribute__((weak));
extern void __tsan_init(void) __attribute__((weak));

#ifdef WITH_THREAD_SANITIZER
#define A_FUNCTION_OF_IT ((uintptr_t)__tsan_init)
#else
#define A_FUNCTION_OF_IT ((uintptr_t)__lsan_do_leak_check)
#endif

static uintptr_t low, high; /* of the library; both 0 if there is none */

/*
 * AddressSanitizer asks every program for its options by a function of this name; the program's own definition comes
 * before ours. AddressSanitizer requires to be the first library, and would otherwise end the process. Ours may be
 * before it: calls reach our hooks, and from there the functions that it has in place of libc's.
 */
const char *__asan_default_options(void)
{
	return "verify_asan_link_order=0";
}

/* The first entry is the program. A sanitizer linked into it cannot be told from the program's own code. */
static int note_if_it_has_it(struct dl_phdr_info *library, size_t size, void *count)
{
	const uintptr_t inside = A_FUNCTION_OF_IT - library->dlpi_addr;
	int i;

	(void)size;
	if ((*(int *)count)++ == 0)
		return 0;
	for (i = 0; i < library->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &library->dlpi_phdr[i];

		if (p->p_type == PT_LOAD && (p->p_flags & PF_X) && inside - p->p_vaddr < p->p_memsz) {
			low = library->dlpi_addr + p->p_vaddr;
			high = low + p->p_memsz;
		}
	}
	return low != 0;
}

bool sanitizer_has_begun;

__attribute__((constructor)) static void find_sanitizer(void)
{
	int count = 0;

	sanitizer_has_begun = true;
	if (A_FUNCTION_OF_IT)
		dl_iterate_phdr(note_if_it_has_it, &count);
}

bool is_of_sanitizer(const void *caller)
{
	return __builtin_expect(high != 0, 0) && (uintptr_t)caller >= low && (uintptr_t)caller < high;
}
