/* Stacks: sizes, guards, recycling, limits. */
#include "runtime/stack/stack.h"
#include "tests/refuse.h"
#include "tests/unit/suite.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static struct stack must_alloc(size_t size)
{
	struct stack stack;

	ck_assert_int_eq(stack_alloc(size, &stack), 0);
	ck_assert_uint_ge((size_t)(stack.high - stack.low), size);
	return stack;
}

START_TEST(at_least_as_large_as_asked)
{
	static const size_t sizes[] = {1, 4095, 4096, 4097, 65536, 262144, 1 << 20, 20 << 20, 1ul << 30};
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct stack stack = must_alloc(sizes[i]);

		stack.low[0] = 1;
		stack.high[-1] = 1;
		stack_free(&stack);
	}
	must_alloc(0);
}

START_TEST(absurd_sizes_are_refused)
{
	struct stack stack;

	ck_assert_int_eq(stack_alloc(SIZE_MAX, &stack), EINVAL);
	ck_assert_int_eq(stack_alloc((1ul << 40) + 1, &stack), EINVAL);
}

static void touch(void *byte)
{
	volatile char *at = byte;

	if (at)
		*at = 1;
}

static void assert_fatal(char *byte)
{
	int status = status_of_child(touch, byte);

	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGSEGV);
}

START_TEST(guard_lies_below)
{
	struct stack stack = must_alloc(65536);

	ck_assert(stack_guards(&stack, stack.low - 1));
	ck_assert(stack_guards(&stack, stack.low - 4096));
	ck_assert(!stack_guards(&stack, stack.low));
	ck_assert(!stack_guards(&stack, stack.high));
	assert_fatal(stack.low - 1);
	assert_fatal(stack.low - 65536);
	ck_assert_int_eq(status_of_child(touch, stack.low), 0);
}

START_TEST(guard_stays_when_recycled)
{
	struct stack first = must_alloc(65536), second;

	stack_free(&first);
	second = must_alloc(65536);
	ck_assert_ptr_eq(second.low, first.low);
	assert_fatal(second.low - 1);
}

START_TEST(recycled_memory_is_zero)
{
	struct stack first = must_alloc(100000), second;
	char *byte;

	memset(first.low, 0xff, (size_t)(first.high - first.low));
	stack_free(&first);
	second = must_alloc(100000);
	ck_assert_ptr_eq(second.low, first.low);
	for (byte = second.low; byte < second.high; byte++)
		ck_assert(!*byte);
}

static int by_address(const void *a, const void *b)
{
	const struct stack *left = a, *right = b;

	return left->low < right->low ? -1 : left->low > right->low;
}

static int by_id(const void *a, const void *b)
{
	const struct stack *left = a, *right = b;

	return left->id < right->id ? -1 : left->id > right->id;
}

enum { MANY = 5000 };

static void assert_apart(struct stack *stacks)
{
	int i;

	qsort(stacks, MANY, sizeof(*stacks), by_id);
	for (i = 1; i < MANY; i++)
		ck_assert_uint_lt(stacks[i - 1].id, stacks[i].id);
	ck_assert_uint_lt(stacks[MANY - 1].id, (1u << 29) - (1u << 22));
	qsort(stacks, MANY, sizeof(*stacks), by_address);
	for (i = 1; i < MANY; i++)
		ck_assert(stacks[i - 1].high <= stacks[i].low);
}

/* Of several sizes, half of them given back and taken again in another order. */
START_TEST(thousands_do_not_meet)
{
	static const size_t sizes[] = {16384, 65536, 262144};
	static struct stack stacks[MANY];
	int i;

	for (i = 0; i < MANY; i++)
		stacks[i] = must_alloc(sizes[i % 3]);
	assert_apart(stacks);
	for (i = 0; i < MANY; i += 2)
		stack_free(&stacks[i]);
	for (i = 0; i < MANY; i += 2)
		stacks[i] = must_alloc(sizes[i % 3]);
	assert_apart(stacks);
}

START_TEST(recycling_takes_no_more_address_space)
{
	struct stack first = must_alloc(50000), stack;
	int i;

	stack_free(&first);
	for (i = 0; i < 10000; i++) {
		stack = must_alloc(50000);
		ck_assert_ptr_eq(stack.low, first.low);
		ck_assert_uint_eq(stack.id, first.id);
		stack_free(&stack);
	}
}

static void use_up_memory(void *unused)
{
	struct rlimit limit = {1ul << 30, 1ul << 30};
	struct stack stack, last = {0};
	int made = 0, error;

	(void)unused;
	if (setrlimit(RLIMIT_AS, &limit) != 0)
		_exit(1);
	while ((error = stack_alloc(50 << 20, &stack)) == 0 && made++ < 100)
		last = stack;
	if (error != ENOMEM || made < 10 || made > 20)
		_exit(2);
	stack_free(&last);
	_exit(stack_alloc(50 << 20, &stack) == 0 ? 0 : 3);
}

START_TEST(no_memory_is_enomem)
{
	ck_assert_int_eq(status_of_child(use_up_memory, NULL), 0);
}

static long read_limit(void)
{
	FILE *file = fopen("/proc/sys/vm/max_map_count", "r");
	long limit = 0;

	ck_assert(file && fscanf(file, "%ld", &limit) == 1);
	fclose(file);
	return limit;
}

/* Two that do not differ would be one. */
static void map_alternately(long count)
{
	while (count--) {
		int protection = count % 2 ? PROT_READ : PROT_READ | PROT_WRITE;

		ck_assert_ptr_ne(mmap(NULL, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), MAP_FAILED);
	}
}

/* As before Linux 6.13. */
START_TEST(guards_leave_half_of_the_mappings)
{
	static const unsigned guard_install = 102, advice = 2;
	long limit = read_limit(), guarded = limit / 4, i;
	struct stack first, last = {0};

	if (!refuse_argument(SYS_madvise, advice, guard_install, EINVAL))
		return;
	first = must_alloc(1);
	for (i = 1; i < guarded + 5000; i++)
		ck_assert_int_eq(stack_alloc(1, &last), 0);
	ck_assert_uint_eq(stacks_unguarded(), 5000);
	assert_fatal(first.low - 1);
	ck_assert_int_eq(status_of_child(touch, last.low - 1), 0);
	map_alternately(limit / 2 - 5000);
}

START_TEST(recycled_memory_is_zero_without_advice)
{
	struct stack first, second;
	char *byte;

	if (!refuse_call(SYS_madvise))
		return;
	first = must_alloc(100000);
	memset(first.low, 0xff, (size_t)(first.high - first.low));
	stack_free(&first);
	second = must_alloc(100000);
	ck_assert_ptr_eq(second.low, first.low);
	for (byte = second.low; byte < second.high; byte++)
		ck_assert(!*byte);
	assert_fatal(second.low - 1);
}

int main(void)
{
	const TTest *const tests[] = {at_least_as_large_as_asked, absurd_sizes_are_refused, guard_lies_below,
	    guard_stays_when_recycled, recycled_memory_is_zero, thousands_do_not_meet,
	    recycling_takes_no_more_address_space, no_memory_is_enomem, guards_leave_half_of_the_mappings,
	    recycled_memory_is_zero_without_advice};

	return run_suite("stack", tests, sizeof(tests) / sizeof(tests[0]));
}
