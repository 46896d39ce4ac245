#include "malloc_arena.h"
#include "arch.h"
#include "facts.h"
#include "layout.h"
#include "runtime/sys/memory.h"
#include <errno.h>
#include <string.h>

/* Offsets from the thread pointer of words that the first malloc of a thread sets, one of them its arena's address. */
static struct {
	ptrdiff_t word[ARENA_CACHES];
	const void *first[ARENA_CACHES]; /* what they hold in the thread that looked */
	size_t count;
} caches;

static void *malloc_once(void *unused)
{
	void *volatile memory = glibc.malloc(24);

	(void)unused;
	glibc.free(memory);
	return NULL;
}

/* In a process of one thread, the first malloc of glibc 2.43 does not note which arena it uses. */
static void malloc_as_one_of_many(void *tp)
{
	char before = *glibc.single_threaded;

	*glibc.single_threaded = 0;
	glibc_call_as(tp, malloc_once, NULL);
	*glibc.single_threaded = before;
}

/* Learns by experiment which words of libc's own storage the first malloc of a new thread sets. */
static void find_caches(void *tp, const char *before)
{
	ptrdiff_t at;

	for (at = glibc.libc_low; at < glibc.libc_high; at += (ptrdiff_t)sizeof(void *)) {
		void *now = *(void **)((char *)tp + at);

		if (now == *(void *const *)(before + (at - glibc.libc_low)) || now == NULL)
			continue;
		if (caches.count == sizeof(caches.word) / sizeof(caches.word[0])) {
			caches.count = 0;
			return;
		}
		caches.first[caches.count] = *(void *const *)((const char *)glibc.host + at);
		caches.word[caches.count++] = at;
	}
}

int arena_learn(void *tp)
{
	size_t size = (size_t)(glibc.libc_high - glibc.libc_low);
	char *before;

	if (!glibc.malloc || !glibc.free)
		return 0;
	before = memory_alloc(size);
	if (!before)
		return ENOMEM;
	malloc_once(NULL); /* another malloc may be in use, but the host has its caches, too */
	memcpy(before, (char *)tp + glibc.libc_low, size);
	malloc_as_one_of_many(tp);
	find_caches(tp, before);
	memory_free(before);
	return glibc_fact(FACT_arena, caches.count > 0) ? 0 : ENOTSUP;
}

void arena_share(void *tp)
{
	char *own = thread_pointer();
	size_t i;

	for (i = 0; i < caches.count; i++)
		*(void **)((char *)tp + caches.word[i]) = *(void **)(own + caches.word[i]);
}

void arena_keep(void *tp, void *kept[ARENA_CACHES])
{
	size_t i;

	for (i = 0; i < caches.count; i++)
		kept[i] = *(void **)((char *)tp + caches.word[i]);
}

void arena_put_back(void *tp, void *const kept[ARENA_CACHES])
{
	size_t i;

	for (i = 0; i < caches.count; i++)
		*(void **)((char *)tp + caches.word[i]) = kept[i];
}

/*
 * An arena begins with its lock. Those of other threads than the first lie in heaps of their own, behind a header that
 * begins with the address of the arena.
 */
#define HEAP_ALIGNMENT (64ul << 20)
#define LONGEST_HEADER 256

bool arena_is_lock(const void *address)
{
	uintptr_t offset = (uintptr_t)address % HEAP_ALIGNMENT;
	size_t i;

	for (i = 0; i < caches.count; i++) {
		if (caches.first[i] == address)
			return true;
	}
	return offset < LONGEST_HEADER && *(void *const *)((const char *)address - offset) == address;
}
