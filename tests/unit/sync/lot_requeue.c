/* Waiting by address: for some bits only, and being moved to another address. */
#include "runtime/sync/parking_lot.h"
#include "tests/unit/suite.h"
#include <limits.h>
#include <stdint.h>

enum { WAITERS = 8 };

static uint32_t word, other;
static int woken;
static char order[WAITERS + 1];

static void *wait_for_bits(void *bits)
{
	ck_assert_int_eq(parking_lot_wait_for(&word, 0, (uint32_t)(uintptr_t)bits, NULL), 0);
	woken++;
	return NULL;
}

static void *note_letter(void *letter)
{
	ck_assert_int_eq(parking_lot_wait(&word, 0, NULL), 0);
	order[woken++] = *(char *)letter;
	return NULL;
}

static void let_all_run(void)
{
	for (int i = 0; i < 3 * WAITERS; i++)
		green_yield();
}

START_TEST(only_those_with_the_bit_are_woken)
{
	for (uintptr_t i = 0; i < WAITERS; i++)
		green_detach(must_spawn(wait_for_bits, (void *)(i % 2 ? 1ul : 6ul)));
	let_all_run();
	ck_assert_int_eq(parking_lot_wake_for(&word, INT_MAX, 8), 0);
	ck_assert_int_eq(parking_lot_wake_for(&word, INT_MAX, 1), WAITERS / 2);
	ck_assert_int_eq(parking_lot_wake_for(&word, 1, 2), 1);
	ck_assert_int_eq(parking_lot_wake(&word, INT_MAX), WAITERS / 2 - 1);
	let_all_run();
	ck_assert_int_eq(woken, WAITERS);
}

START_TEST(the_moved_wait_elsewhere_in_their_order)
{
	struct requeued count = {1, 2};
	const uint32_t wrong = 7;
	char letters[] = "abcde";

	if (is_shuffled())
		return;
	for (int i = 0; i < 5; i++) {
		green_detach(must_spawn(note_letter, &letters[i]));
		let_all_run();
	}
	ck_assert_int_eq(parking_lot_requeue(&word, &wrong, &other, &count), EAGAIN);
	ck_assert_int_eq(parking_lot_requeue(&word, &word, &other, &count), 0);
	ck_assert_int_eq(count.woken, 1);
	ck_assert_int_eq(count.moved, 2);
	ck_assert_int_eq(parking_lot_wake(&word, INT_MAX), 2);
	let_all_run();
	ck_assert_str_eq(order, "ade");
	ck_assert_int_eq(parking_lot_wake(&other, INT_MAX), 2);
	let_all_run();
	ck_assert_str_eq(order, "adebc");
}

static void *wait_until_moved_away(void *unused)
{
	const struct wait_options soon = {.deadline = deadline_after(0.01)};

	ck_assert_int_eq(parking_lot_wait_for(&word, 0, 1, &soon), ETIMEDOUT);
	return unused;
}

START_TEST(who_was_moved_still_leaves_in_time)
{
	struct requeued count = {0, INT_MAX};
	green_t *g = must_spawn(wait_until_moved_away, NULL);

	let_all_run();
	ck_assert_int_eq(parking_lot_requeue(&word, NULL, &other, &count), 0);
	must_join(g);
	ck_assert(!parking_lot_has_waiters(&word));
	ck_assert(!parking_lot_has_waiters(&other));
}

int main(void)
{
	const TTest *const tests[] = {only_those_with_the_bit_are_woken, the_moved_wait_elsewhere_in_their_order,
	    who_was_moved_still_leaves_in_time};

	return run_suite("lot_requeue", tests, sizeof(tests) / sizeof(tests[0]));
}
