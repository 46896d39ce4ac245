/* Telling the locks of malloc's arenas from others. */
#include "runtime/glibc/malloc_arena.h"
#include "runtime/glibc/tls.h"
#include "tests/unit/suite.h"
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAP (64ul << 20)

/* A thread other than the first has an arena in a heap of its own, whose header begins with the arena's address. */
static void *look_at_own(void *unused)
{
	char *volatile memory = malloc(100), *arena;

	ck_assert_ptr_nonnull(memory);
	arena = *(char **)((uintptr_t)memory & ~(HEAP - 1));
	ck_assert_ptr_eq((void *)((uintptr_t)arena & ~(HEAP - 1)), (void *)((uintptr_t)memory & ~(HEAP - 1)));
	ck_assert(arena_is_lock(arena));
	ck_assert(!arena_is_lock(arena + 16));
	ck_assert(!arena_is_lock(memory));
	free(memory);
	return unused;
}

START_TEST(those_in_heaps_are_known)
{
	pthread_t thread;

	ck_assert_int_eq(tls_init(), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, look_at_own, NULL), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

/* The arena of the first thread is somewhere in libc's variables. */
static int count_in_libc(struct dl_phdr_info *info, size_t size, void *count)
{
	(void)size;
	if (!strstr(info->dlpi_name, "/libc.so"))
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];
		const char *start = (const char *)info->dlpi_addr + header->p_vaddr;

		if (header->p_type != PT_LOAD || !(header->p_flags & PF_W))
			continue;
		for (size_t at = 0; at < header->p_memsz; at += sizeof(int))
			*(int *)count += arena_is_lock(start + at);
	}
	return 1;
}

START_TEST(the_first_is_known)
{
	int found = 0;

	free(malloc(1));
	ck_assert_int_eq(tls_init(), 0);
	ck_assert_int_eq(dl_iterate_phdr(count_in_libc, &found), 1);
	ck_assert_int_eq(found, 1);
}
END_TEST

START_TEST(others_are_not)
{
	static int lock;
	int own = 0;

	ck_assert_int_eq(tls_init(), 0);
	ck_assert(!arena_is_lock(&lock));
	ck_assert(!arena_is_lock(&own));
	ck_assert(!arena_is_lock(stdout));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {those_in_heaps_are_known, the_first_is_known, others_are_not};

	return run_suite("arena", tests, sizeof(tests) / sizeof(tests[0]));
}
