/* Standing in line at an address: who is first, who is called, who is woken. */
#include "runtime/sync/parking_lot.h"
#include "tests/unit/suite.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>

static uint32_t word;

START_TEST(lines_have_a_first)
{
	struct lot_waiter places[3];
	int i;

	ck_assert(!parking_lot_has_waiters(&word));
	for (i = 0; i < 3; i++)
		parking_lot_enter(&word, &places[i]);
	ck_assert(parking_lot_has_waiters(&word));
	ck_assert(parking_lot_is_first(&places[0]) && !parking_lot_is_first(&places[1]));
	ck_assert(parking_lot_leave(&places[1]));
	ck_assert(parking_lot_leave(&places[0]));
	ck_assert(parking_lot_is_first(&places[2]));
	ck_assert_int_eq(parking_lot_wake(&word, 5), 1);
	ck_assert(!parking_lot_leave(&places[2]));
	ck_assert(!parking_lot_has_waiters(&word));
}

static int stayed;

static void *stay_in_line(void *unused)
{
	struct lot_waiter place;

	parking_lot_enter(&word, &place);
	__atomic_store_n(&stayed, 1, __ATOMIC_SEQ_CST);
	parking_lot_park_until_woken(&place);
	__atomic_store_n(&stayed, 2, __ATOMIC_SEQ_CST);
	return unused;
}

static void call_then_wake(void)
{
	while (!__atomic_load_n(&stayed, __ATOMIC_SEQ_CST))
		green_yield();
	parking_lot_wake_first(&word);
	parking_lot_wake_all_firsts();
	green_sleep(0.01);
	ck_assert_int_eq(__atomic_load_n(&stayed, __ATOMIC_SEQ_CST), 1);
	ck_assert(parking_lot_has_waiters(&word));
	ck_assert_int_eq(parking_lot_wake(&word, 5), 1);
}

START_TEST(calls_do_not_take_out_of_line)
{
	green_t *g = must_spawn(stay_in_line, NULL);
	pthread_t thread;

	green_kill(g);
	call_then_wake();
	must_join(g);
	ck_assert_int_eq(stayed, 2);
	stayed = 0;
	ck_assert_int_eq(pthread_create(&thread, NULL, stay_in_line, NULL), 0);
	call_then_wake();
	pthread_join(thread, NULL);
	ck_assert_int_eq(stayed, 2);
}

static void note_signal(int signo)
{
	(void)signo;
	__atomic_store_n(&stayed, 1, __ATOMIC_SEQ_CST);
}

static void *wait_for_signal(void *unused)
{
	struct wait_options until = {.deadline = FOR_EVER, .on_signal = SIGNAL_RESTARTS};

	(void)unused;
	return (void *)(intptr_t)parking_lot_wait(&word, 0, &until);
}

/* Again and again, as the first may come before the wait; the wait may end for no cause, but not in good time. */
START_TEST(signals_interrupt_a_thread)
{
	struct sigaction action = {.sa_handler = note_signal};
	void *answer = NULL;
	pthread_t thread;

	sigaction(SIGUSR1, &action, NULL);
	ck_assert_int_eq(pthread_create(&thread, NULL, wait_for_signal, NULL), 0);
	do
		pthread_kill(thread, SIGUSR1);
	while (green_sleep(0.002) == 0 && pthread_tryjoin_np(thread, &answer) == EBUSY);
	ck_assert_int_eq((intptr_t)answer, EINTR);
	ck_assert_int_eq(stayed, 1);
	ck_assert(!parking_lot_has_waiters(&word));
}

static void child_has_no_lines(void *unused)
{
	(void)unused;
	parking_lot_reset();
	if (parking_lot_has_waiters(&word) || parking_lot_wake(&word, 5))
		abort();
}

START_TEST(waiters_stay_in_the_parent)
{
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, stay_in_line, NULL), 0);
	while (!__atomic_load_n(&stayed, __ATOMIC_SEQ_CST))
		sched_yield();
	ck_assert_int_eq(status_of_child(child_has_no_lines, NULL), 0);
	ck_assert_int_eq(parking_lot_wake(&word, 5), 1);
	pthread_join(thread, NULL);
}

int main(void)
{
	const TTest *const tests[] = {
	    lines_have_a_first, calls_do_not_take_out_of_line, signals_interrupt_a_thread, waiters_stay_in_the_parent};

	return run_suite("lot_lines", tests, sizeof(tests) / sizeof(tests[0]));
}
