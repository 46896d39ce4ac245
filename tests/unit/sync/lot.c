/* Waiting by address, by greenlets and OS threads alike. */
#include "runtime/sync/parking_lot.h"
#include "runtime/sys/clock.h"
#include "tests/unit/suite.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

static uint32_t word;

static int wait_for(const uint32_t *address, uint32_t value, double seconds)
{
	struct wait_options until = {.deadline = deadline_after(seconds), .on_signal = SIGNAL_PASSES};

	return parking_lot_wait(address, value, &until);
}

START_TEST(another_value_is_not_waited_for)
{
	word = 5;
	ck_assert_int_eq(wait_for(&word, 4, -1), EAGAIN);
	become_host();
	ck_assert_int_eq(wait_for(&word, 4, -1), EAGAIN);
	ck_assert_int_eq(parking_lot_wake(&word, 1), 0);
}

static void assert_times_out(void)
{
	double since = now();
	int answer;

	do
		answer = wait_for(&word, 0, since + 0.01 - now());
	while (!answer);
	ck_assert_int_eq(answer, ETIMEDOUT);
	ck_assert_double_ge(now() - since, 0.009);
	ck_assert_int_eq(parking_lot_wake(&word, 1), 0);
}

START_TEST(waits_time_out)
{
	assert_times_out();
	become_host();
	assert_times_out();
}

static int woken;

static void *wait_for_change(void *unused)
{
	while (!__atomic_load_n(&word, __ATOMIC_SEQ_CST)) {
		int answer = wait_for(&word, 0, -1);

		ck_assert(answer == 0 || answer == EAGAIN);
	}
	__atomic_add_fetch(&woken, 1, __ATOMIC_SEQ_CST);
	return unused;
}

static void *wait_once(void *unused)
{
	int answer = wait_for(&word, 0, -1);

	__atomic_add_fetch(&woken, 1, __ATOMIC_SEQ_CST);
	(void)unused;
	return (void *)(intptr_t)answer;
}

START_TEST(wakes_as_many_as_told)
{
	int i, told;

	if (is_shuffled())
		return;
	for (i = 0; i < 10; i++)
		green_detach(must_spawn(wait_once, NULL));
	green_yield();
	for (told = 0; told < 4; told++) {
		ck_assert_int_eq(parking_lot_wake(&word, told), told);
		green_yield();
	}
	ck_assert_int_eq(woken, 6);
	ck_assert_int_eq(parking_lot_wake(&word, 100), 4);
	green_yield();
	ck_assert_int_eq(woken, 10);
	ck_assert_int_eq(parking_lot_wake(&word, 100), 0);
}

static char order[10];

static void *note_letter(void *letter)
{
	wait_for(&word, 0, -1);
	order[woken++] = *(char *)letter;
	return NULL;
}

START_TEST(first_come_first_woken)
{
	char letters[] = "abcd";
	int i;

	if (is_shuffled())
		return;
	for (i = 0; i < 4; i++) {
		green_detach(must_spawn(note_letter, &letters[i]));
		green_yield();
	}
	for (i = 0; i < 4; i++) {
		parking_lot_wake(&word, 1);
		green_yield();
	}
	ck_assert_str_eq(order, "abcd");
}

static uint32_t words[10000];

static void *wait_for_own(void *address)
{
	while (!*(uint32_t *)address)
		wait_for(address, 0, -1);
	woken++;
	return NULL;
}

/* More addresses than there are buckets. */
START_TEST(addresses_are_kept_apart)
{
	int i;

	for (i = 0; i < 10000; i++)
		green_detach(must_spawn(wait_for_own, &words[i]));
	green_sleep(0.001);
	for (i = 9999; i >= 0; i--) {
		words[i] = 1;
		ck_assert_int_le(parking_lot_wake(&words[i], 2), 1);
	}
	while (green_count() > 1)
		green_yield();
	ck_assert_int_eq(woken, 10000);
}

START_TEST(kill_ends_the_wait)
{
	green_t *g = must_spawn(wait_once, NULL);

	green_kill(g);
	ck_assert_int_eq((intptr_t)must_join(g), ECANCELED);
	ck_assert_int_eq(parking_lot_wake(&word, 1), 0);
}

START_TEST(greenlets_and_a_thread_on_one_word)
{
	pthread_t thread;
	green_t *g[3];
	int i;

	for (i = 0; i < 3; i++)
		g[i] = must_spawn(wait_for_change, NULL);
	ck_assert_int_eq(pthread_create(&thread, NULL, wait_for_change, NULL), 0);
	green_sleep(0.01);
	__atomic_store_n(&word, 1, __ATOMIC_SEQ_CST);
	ck_assert_int_le(parking_lot_wake(&word, 100), 4);
	pthread_join(thread, NULL);
	for (i = 0; i < 3; i++)
		must_join(g[i]);
	ck_assert_int_eq(woken, 4);
}

/* A mutex as in "Futexes Are Tricky". */
static _Atomic uint32_t mutex;
static long counter;

static void take(void)
{
	uint32_t free_state = 0;

	if (atomic_compare_exchange_strong(&mutex, &free_state, 1))
		return;
	while (atomic_exchange(&mutex, 2) != 0)
		parking_lot_wait((const uint32_t *)&mutex, 2, NULL);
}

static void release(void)
{
	if (atomic_exchange(&mutex, 0) == 2)
		parking_lot_wake((const uint32_t *)&mutex, 1);
}

enum { ROUNDS = 2000, GREENLETS = 5, THREADS = 3 };

static void *count_under_mutex(void *yields)
{
	long seen;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		take();
		seen = counter;
		if (yields)
			green_yield();
		counter = seen + 1;
		release();
	}
	return NULL;
}

/* An OS thread with greenlets of its own. */
static void *count_with_greenlets(void *unused)
{
	green_t *g[GREENLETS];
	int i;

	for (i = 0; i < GREENLETS; i++)
		g[i] = must_spawn(count_under_mutex, "yields");
	for (i = 0; i < GREENLETS; i++)
		must_join(g[i]);
	return unused;
}

START_TEST(mutex_between_hubs_and_threads)
{
	pthread_t hosts[THREADS], natives[THREADS];
	int i;

	for (i = 0; i < THREADS; i++) {
		ck_assert_int_eq(pthread_create(&hosts[i], NULL, count_with_greenlets, NULL), 0);
		ck_assert_int_eq(pthread_create(&natives[i], NULL, count_under_mutex, NULL), 0);
	}
	count_with_greenlets(NULL);
	for (i = 0; i < THREADS; i++) {
		pthread_join(hosts[i], NULL);
		pthread_join(natives[i], NULL);
	}
	ck_assert_int_eq(counter, (THREADS * (GREENLETS + 1) + GREENLETS) * ROUNDS);
}

int main(void)
{
	const TTest *const tests[] = {another_value_is_not_waited_for, waits_time_out, wakes_as_many_as_told,
	    first_come_first_woken, addresses_are_kept_apart, kill_ends_the_wait, greenlets_and_a_thread_on_one_word,
	    mutex_between_hubs_and_threads};

	return run_suite("lot", tests, sizeof(tests) / sizeof(tests[0]));
}
