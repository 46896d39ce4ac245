/*
 * ThreadSanitizer's fibers, in a build with it (`make SANITIZE=thread`); empty in any other. This file is compiled
 * without the sanitizer, which keeps a stack of calls for each fiber: a function that it sees must return in the fiber
 * in which it was called.
 */
#include "fiber.h"

#ifdef WITH_THREAD_SANITIZER

#include "sys.h"
#include <link.h>
#include <stdlib.h>

char fiber_pages;

/* The offset from the thread pointer of the sanitizer's variable for the running fiber; 0: not known yet. */
static _Atomic ptrdiff_t current_at;

struct variables {
	void **low, **high;
};

/* The variables of the module that the sanitizer is in, in the calling thread's block. */
static int find_variables(struct dl_phdr_info *module, size_t size, void *arg)
{
	struct variables *found = arg;
	size_t length = 0;
	int i, is_it = 0;

	(void)size;
	for (i = 0; i < module->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &module->dlpi_phdr[i];

		if (p->p_type == PT_LOAD &&
		    (uintptr_t)__tsan_switch_to_fiber - module->dlpi_addr - p->p_vaddr < p->p_memsz)
			is_it = 1;
		if (p->p_type == PT_TLS)
			length = p->p_memsz;
	}
	if (is_it && module->dlpi_tls_data) {
		found->low = module->dlpi_tls_data;
		found->high = found->low + length / sizeof(void *);
	}
	return is_it;
}

/* The process in which the first fiber was made. */
static _Atomic pid_t process;

/*
 * In the child of a fork of several threads the sanitizer ignores the forking fiber, its synchronizations included. It
 * would report what other fibers do to the same memory, so they are ignored, too.
 */
void AnnotateIgnoreSyncBegin(const char *file, int line);
void __tsan_ignore_thread_begin(void);

/*
 * Finds the variable: the one word that holds the new fiber after a switch to it, and the old one after the switch
 * back. A signal handler that runs meanwhile finds a fiber.
 */
static ptrdiff_t learn(void)
{
	void *own = __tsan_get_current_fiber(), *fiber = __tsan_create_fiber(0);
	struct variables in = {NULL, NULL};
	void **word, **found = NULL;
	int count = 0;

	dl_iterate_phdr(find_variables, &in);
	__tsan_switch_to_fiber(fiber, __tsan_switch_to_fiber_no_sync);
	for (word = in.low; word < in.high; word++) {
		if (*(void *volatile *)word == fiber) {
			found = word;
			count++;
		}
	}
	__tsan_switch_to_fiber(own, __tsan_switch_to_fiber_no_sync);
	__tsan_destroy_fiber(fiber);
	if (count != 1 || *found != own)
		abort(); /* an unknown version of the sanitizer */
	return (char *)found - (char *)thread_pointer();
}

void fiber_lend(void *tp)
{
	ptrdiff_t at = current_at;

	if (!at)
		at = current_at = learn();
	*(void **)((char *)tp + at) = __tsan_get_current_fiber();
}

void fiber_make(struct fiber *f, const void *low, size_t size)
{
	(void)low;
	(void)size;
	if (!process)
		process = sys_getpid();
	fiber_free(f);
	f->is_ignored = false;
	f->thread = __tsan_create_fiber(0);
}

void fiber_free(struct fiber *f)
{
	if (f->thread)
		__tsan_destroy_fiber(f->thread);
	f->thread = NULL;
}

void fiber_enter(struct fiber *from, struct fiber *to)
{
	from->thread = __tsan_get_current_fiber();
	__tsan_switch_to_fiber(to->thread, 0);
	if (process != sys_getpid() && !to->is_ignored) {
		to->is_ignored = true;
		__tsan_ignore_thread_begin();
		AnnotateIgnoreSyncBegin(__FILE__, __LINE__);
	}
}

#endif
