/* The runtime's own memory: sizes, alignment, what is given back, and several threads and forks at once. */
#include "runtime/sys/memory.h"
#include "runtime/lifecycle/greenlet.h"
#include "tests/unit/suite.h"
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static size_t in_use;

static void add(const void *low, const void *high)
{
	in_use += (size_t)((const char *)high - (const char *)low);
}

static size_t mapped(void)
{
	in_use = 0;
	memory_for_each(add);
	return in_use;
}

static bool is_filled(const unsigned char *block, size_t size, unsigned char with)
{
	while (size > 0 && block[size - 1] == with)
		size--;
	return size == 0;
}

START_TEST(blocks_are_aligned_and_apart)
{
	enum { SIZES = 2000 };
	static unsigned char *block[SIZES];
	size_t i;

	for (i = 0; i < SIZES; i++) {
		block[i] = memory_alloc(i * 13);
		ck_assert_ptr_nonnull(block[i]);
		ck_assert_uint_eq((uintptr_t)block[i] % (i * 13 % 64 == 0 && i ? 64 : 16), 0);
		memset(block[i], (int)i, i * 13);
	}
	for (i = 0; i < SIZES; i++) {
		ck_assert(is_filled(block[i], i * 13, (unsigned char)i));
		memory_free(block[i]);
	}
	memory_free(NULL);
}

START_TEST(zeroed_blocks_are_zero_when_used_before)
{
	static const size_t sizes[] = {1, 48, 100, 4096, 16384, 16385, 1 << 20};
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		unsigned char *block = memory_alloc(sizes[i]);

		memset(block, 255, sizes[i]);
		memory_free(block);
		block = memory_zalloc(sizes[i]);
		ck_assert(is_filled(block, sizes[i], 0));
		memory_free(block);
	}
}

START_TEST(a_block_keeps_its_bytes_when_resized)
{
	size_t size, before = 0;
	unsigned char *block = NULL;

	for (size = 1; size < 1 << 22; size = size * 3 + 1) {
		block = memory_resize(block, size);
		ck_assert_ptr_nonnull(block);
		ck_assert(!before || (block[0] == 7 && block[before - 1] == (before > 1 ? 9 : 7)));
		block[size - 1] = 9;
		block[0] = 7;
		before = size;
	}
	block = memory_resize(block, 100);
	ck_assert_uint_eq(block[0], 7);
	memory_free(block);
}

START_TEST(no_memory_is_told)
{
	void *block = memory_alloc(10);

	ck_assert_ptr_null(memory_alloc(SIZE_MAX));
	ck_assert_ptr_null(memory_alloc(SIZE_MAX - 100));
	ck_assert_ptr_null(memory_alloc(1ul << 60));
	ck_assert_ptr_null(memory_resize(block, 1ul << 60));
	memory_free(block);
}

static void fill_and_empty(size_t size, size_t count)
{
	void *first = NULL, *block;

	while (count-- > 0) {
		block = memory_alloc(size);
		ck_assert_ptr_nonnull(block);
		*(void **)block = first;
		first = block;
	}
	for (; first; first = block) {
		block = *(void **)first;
		memory_free(first);
	}
}

/* What one size has used serves the others. */
START_TEST(memory_that_is_given_back_serves_any_size)
{
	size_t most, size;

	fill_and_empty(64, 100000);
	most = mapped();
	for (size = 16; size <= 16384; size *= 2)
		fill_and_empty(size, 5000000 / size);
	fill_and_empty(100000, 100);
	ck_assert_uint_le(mapped(), most + (1 << 20));
}

enum { THREADS = 4, ROUNDS = 20000, HELD = 64 };

static _Atomic(unsigned char *) passed;

/* Blocks are also freed by another thread than took them. */
static void *churn(void *seed_of)
{
	unsigned seed = (unsigned)(uintptr_t)seed_of, slot, i;
	unsigned char *held[HELD] = {0}, *other;

	for (i = 0; i < ROUNDS; i++) {
		slot = (unsigned)rand_r(&seed) % HELD;
		if (held[slot] && held[slot][0] != slot)
			return held[slot];
		memory_free(held[slot]);
		held[slot] = memory_alloc(1 + (size_t)rand_r(&seed) % (i % 100 ? 300 : 40000));
		held[slot][0] = (unsigned char)slot;
		if (i % 16 == 0) {
			other = atomic_exchange(&passed, memory_alloc(64));
			memory_free(other);
		}
	}
	for (slot = 0; slot < HELD; slot++)
		memory_free(held[slot]);
	return NULL;
}

START_TEST(threads_share_it)
{
	pthread_t thread[THREADS];
	void *wrong;
	unsigned i;

	for (i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, churn, (void *)(uintptr_t)(i + 1)), 0);
	for (i = 0; i < THREADS; i++) {
		pthread_join(thread[i], &wrong);
		ck_assert_ptr_null(wrong);
	}
}

static _Atomic bool is_over;

static void *churn_until_over(void *seed)
{
	while (!atomic_load(&is_over))
		churn(seed);
	return NULL;
}

/* Whatever other threads were about, the child finds it consistent. */
START_TEST(forks_find_it_whole)
{
	pthread_t thread[2];
	int status, i;

	become_host();
	for (i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, churn_until_over, (void *)(uintptr_t)(i + 1)), 0);
	for (i = 0; i < 50; i++) {
		pid_t child = fork();

		if (child == 0) {
			alarm(20);
			_exit(churn((void *)5) != NULL);
		}
		ck_assert_int_eq(waitpid(child, &status, 0), child);
		ck_assert_int_eq(status, 0);
	}
	atomic_store(&is_over, true);
	for (i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
}

static void *in_handler;

static void take_in_handler(void)
{
	in_handler = memory_alloc(100);
	memory_free(memory_alloc(100000));
}

/* What the program's handlers of a fork do may need memory: those run while the lock is held, before and after it. */
START_TEST(handlers_of_forks_may_use_it)
{
	int status;
	pid_t child;

	pthread_atfork(take_in_handler, take_in_handler, take_in_handler);
	become_host();
	child = fork();
	if (child == 0) {
		memory_free(in_handler);
		_exit(!memory_alloc(100));
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	memory_free(memory_alloc(100));
}

int main(void)
{
	const TTest *const tests[] = {blocks_are_aligned_and_apart, zeroed_blocks_are_zero_when_used_before,
	    a_block_keeps_its_bytes_when_resized, no_memory_is_told, memory_that_is_given_back_serves_any_size,
	    threads_share_it, forks_find_it_whole, handlers_of_forks_may_use_it};

	return run_suite("memory", tests, sizeof(tests) / sizeof(tests[0]));
}
