/* The two ways of a yield: by the library's function, and where the header has it, as a part of who calls it. */
#include "tests/unit/suite.h"
#include <stdint.h>
#include <string.h>

/* In turn, and all that the function has in registers is kept. */
static void *yield_in_turn(green_gen_t *gen, void *unused)
{
	int (*volatile function)(green_gen_t * gen, void *value, void **sent) = green_gen_yield;
	intptr_t a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, error = 0;
	long double exact = 1.5L;
	double sum = 0.5;
	void *sent = NULL;

	while (!error) {
		error = green_gen_yield(gen, (void *)(a + b + c + d + e + f), &sent);
		if (!error)
			error = function(gen, (void *)(intptr_t)((double)exact + sum), &sent);
		a += (intptr_t)sent, b -= (intptr_t)sent, c += 1, d -= 1, e += 2, f -= 2;
		exact += 1, sum += 1;
	}
	ck_assert_int_eq(errno, ECANCELED);
	assert_failed(function(gen, NULL, NULL), ECANCELED);
	assert_failed(green_gen_yield(gen, NULL, NULL), ECANCELED);
	return unused;
}

START_TEST(yields_either_way)
{
	green_gen_t *gen = green_gen_new(yield_in_turn, NULL);
	int (*volatile function)(green_gen_t * gen, void *value, void **sent) = green_gen_yield;
	double kept = 0.25;
	intptr_t i;
	void *value;

	ck_assert_int_eq(green_gen_next(gen, &value), 1);
	for (i = 0; i < 100; i++) {
		ck_assert_int_eq((intptr_t)value, 21);
		ck_assert_int_eq(green_gen_send(gen, (void *)i, &value), 1);
		ck_assert_int_eq((intptr_t)value, 2 + 2 * i);
		ck_assert_int_eq(green_gen_send(gen, (void *)i, &value), 1);
		kept += 1;
	}
	ck_assert(kept == 100.25);
	assert_failed(function(gen, NULL, NULL), EINVAL);
	assert_failed(function(NULL, NULL, NULL), EINVAL);
	ck_assert_int_eq(green_gen_close(gen), 0);
}

/* Where a compiler finds variables by yet another register. */
static void *yield_from_odd_frame(green_gen_t *gen, void *size)
{
	_Alignas(128) char aligned[128];
	char any[(size_t)size];
	void *sent = NULL;

	memset(any, 1, sizeof(any));
	memset(aligned, 2, sizeof(aligned));
	while (green_gen_yield(gen, (void *)(intptr_t)(any[(size_t)size / 2] + aligned[0]), &sent) == 0) {
		ck_assert_uint_eq((uintptr_t)aligned % 128, 0);
		any[(size_t)size / 2] = (char)(any[(size_t)size / 2] + (char)(intptr_t)sent);
	}
	return NULL;
}

START_TEST(odd_frames)
{
	green_gen_t *gen = green_gen_new(yield_from_odd_frame, (void *)1000);
	void *value;
	intptr_t i;

	for (i = 0; i < 10; i++) {
		ck_assert_int_eq(green_gen_send(gen, (void *)1, &value), 1);
		ck_assert_int_eq((intptr_t)value, 3 + i);
	}
	ck_assert_int_eq(green_gen_close(gen), 0);
}

int main(void)
{
	const TTest *const tests[] = {yields_either_way, odd_frames};

	return run_suite("generator_yields", tests, sizeof(tests) / sizeof(tests[0]));
}
