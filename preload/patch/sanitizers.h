/* The compilers' sanitizers, whose runtimes may be in the process. */
#ifndef PRELOAD_PATCH_SANITIZERS_H
#define PRELOAD_PATCH_SANITIZERS_H

#include "runtime/sys/fiber.h"
#include <stdbool.h>

/*
 * True for an address in the library of AddressSanitizer or LeakSanitizer. While that library looks for leaks, it holds
 * its allocator's locks, and the functions that it calls must neither allocate memory nor let other greenlets run.
 */
bool is_of_sanitizer(const void *caller);

/*
 * True for an address in the library of ThreadSanitizer, where this library is compiled with it. A hook that it calls
 * is BEFORE_SANITIZER: compiled without the sanitizer.
 */
#ifdef WITH_THREAD_SANITIZER
#define BEFORE_SANITIZER               __attribute__((no_sanitize("thread")))
#define is_of_thread_sanitizer(caller) is_of_sanitizer(caller)
#else
#define BEFORE_SANITIZER
#define is_of_thread_sanitizer(caller) false
#endif

/* True until the sanitizer that this library is compiled with has begun: it looks for libc's functions before. */
static inline bool is_before_sanitizer(void)
{
	extern bool sanitizer_has_begun __attribute__((visibility("hidden")));

	return IS_SANITIZED && !sanitizer_has_begun;
}

#endif
