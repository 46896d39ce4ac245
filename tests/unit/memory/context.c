/* Contexts: what a switch preserves. */
#include "runtime/stack/context.h"
#include "tests/unit/suite.h"
#include <fenv.h>
#include <stdint.h>

enum { STACK = 64 * 1024 };

static struct context here, there;
static void (*run)(void);

static void begin(void)
{
	fiber_begin(&there.fiber);
	run();
}

static void make_there(void (*entry)(void))
{
	char *stack = malloc(STACK);

	ck_assert_ptr_nonnull(stack);
	run = entry;
	fiber_make(&there.fiber, stack, STACK);
	there.thread_pointer = here.thread_pointer = thread_pointer();
	context_make(&there, stack, STACK, begin);
}

static void go_there(void)
{
	context_switch(&here, &there);
}

static void go_back(void)
{
	context_switch(&there, &here);
}

static int visits;

static void visit(void)
{
	for (;;) {
		visits++;
		go_back();
	}
}

START_TEST(there_and_back)
{
	int i;

	make_there(visit);
	for (i = 1; i <= 1000; i++) {
		go_there();
		ck_assert_int_eq(visits, i);
	}
}

static uintptr_t misalignment;

static void look_at_stack(void)
{
	double aligned __attribute__((aligned(16)));

	misalignment = (uintptr_t)&aligned % 16 + (uintptr_t)__builtin_frame_address(0) % 16;
	go_back();
}

START_TEST(stacks_are_aligned)
{
	make_there(look_at_stack);
	go_there();
	ck_assert_uint_eq(misalignment, 0);
}

static uint64_t compute(uint64_t x)
{
	return x * 2862933555777941757u + 3037000493u;
}

/* The compiler cannot know what it answers, so more values live across the switches than registers are preserved. */
static uint64_t (*volatile scramble)(uint64_t x) = compute;

static __attribute__((noinline)) void keep_values(uint64_t seed, void (*leave)(void))
{
	uint64_t a = scramble(seed), b = scramble(a), c = scramble(b), d = scramble(c), e = scramble(d),
		 f = scramble(e);
	uint64_t g = scramble(f), h = scramble(g), i = scramble(h), j = scramble(i), k = scramble(j), l = scramble(k);
	int round;

	for (round = 0; round < 10; round++) {
		leave();
		ck_assert_uint_eq(a, scramble(seed));
		ck_assert(b == scramble(a) && c == scramble(b) && d == scramble(c) && e == scramble(d));
		ck_assert(f == scramble(e) && g == scramble(f) && h == scramble(g) && i == scramble(h));
		ck_assert(j == scramble(i) && k == scramble(j) && l == scramble(k));
	}
}

static void keep_other_values(void)
{
	for (;;)
		keep_values(2, go_back);
}

START_TEST(values_in_registers_are_kept)
{
	make_there(keep_other_values);
	keep_values(1, go_there);
}

static void round_down(void)
{
	fesetround(FE_DOWNWARD);
	for (;;) {
		go_back();
		ck_assert_int_eq(fegetround(), FE_DOWNWARD);
	}
}

START_TEST(rounding_belongs_to_the_context)
{
	volatile double one = 1, seven = 7;
	volatile long double long_one = 1, long_seven = 7;
	volatile double up = 0, nearest;
	volatile long double long_up = 0, long_nearest;
	int i;

	make_there(round_down);
	fesetround(FE_UPWARD);
	for (i = 0; i < 3; i++) {
		go_there();
		ck_assert_int_eq(fegetround(), FE_UPWARD);
		up = one / seven;
		long_up = long_one / long_seven;
	}
	fesetround(FE_TONEAREST);
	go_there();
	ck_assert_int_eq(fegetround(), FE_TONEAREST);
	nearest = one / seven;
	long_nearest = long_one / long_seven;
	ck_assert(up > nearest);
	ck_assert(long_up > long_nearest);
}

/* Leaves at each level on the way down and on the way up. */
static __attribute__((noinline)) uint64_t descend(int depth, uint64_t seed, void (*leave)(void))
{
	uint64_t mine = scramble(seed), below;

	leave();
	below = depth ? descend(depth - 1, mine, leave) : 0;
	leave();
	return below + mine;
}

static __attribute__((noinline)) uint64_t descend_alone(int depth, uint64_t seed)
{
	uint64_t sum = 0;

	for (; depth >= 0; depth--)
		sum += seed = scramble(seed);
	return sum;
}

static void descend_there(void)
{
	for (;;)
		ck_assert_uint_eq(descend(100, 5, go_back), descend_alone(100, 5));
}

START_TEST(both_are_deep_in_recursion)
{
	make_there(descend_there);
	ck_assert_uint_eq(descend(10000, 3, go_there), descend_alone(10000, 3));
}

static void *round_as_told(void *mode)
{
	int i;

	fesetround((int)(intptr_t)mode);
	for (i = 0; i < 10; i++) {
		green_yield();
		ck_assert_int_eq(fegetround(), (int)(intptr_t)mode);
	}
	return NULL;
}

START_TEST(rounding_belongs_to_the_greenlet)
{
	green_t *up = must_spawn(round_as_told, (void *)FE_UPWARD);
	green_t *down = must_spawn(round_as_told, (void *)FE_DOWNWARD);

	must_join(up);
	must_join(down);
	ck_assert_int_eq(fegetround(), FE_TONEAREST);
}

int main(void)
{
	const TTest *const tests[] = {there_and_back, stacks_are_aligned, values_in_registers_are_kept,
	    rounding_belongs_to_the_context, both_are_deep_in_recursion, rounding_belongs_to_the_greenlet};

	return run_suite("context", tests, sizeof(tests) / sizeof(tests[0]));
}
