/* threads */
/* A condition variable upon a futex that inherits priorities, by raw calls; and what these refuse. */
#include "tests/programs/say.h"
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/syscall.h>

enum { THREADS = 6, ROUNDS = 30 };

static uint32_t lock_word, changes;

/* To the compiler, syscall() alone changes none of them. */
static volatile int waiting, woken, turn, inside;

static long futex(uint32_t *at, int op, uint32_t value, const void *limit, uint32_t *other, uint32_t value3)
{
	return syscall(SYS_futex, at, op | FUTEX_PRIVATE_FLAG, value, limit, other, value3);
}

static void take(void)
{
	uint32_t none = 0;

	if (!__atomic_compare_exchange_n(
		&lock_word, &none, (uint32_t)gettid(), false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		must("LOCK_PI", futex(&lock_word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
	if (inside++)
		puts("two have it");
}

static void give(void)
{
	uint32_t own = (uint32_t)gettid();

	inside--;
	if (!__atomic_compare_exchange_n(&lock_word, &own, 0, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		must("UNLOCK_PI", futex(&lock_word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
}

/* Called and returns with the lock, but for an error. */
static long wait_for_change(const struct timespec *until)
{
	uint32_t seen = __atomic_load_n(&changes, __ATOMIC_SEQ_CST);
	long answer;

	waiting++;
	give();
	answer = futex(&changes, FUTEX_WAIT_REQUEUE_PI, seen, until, &lock_word, 0);
	if (answer)
		take();
	else if (inside++)
		puts("two have it");
	return answer;
}

static long change(int most)
{
	uint32_t now = __atomic_add_fetch(&changes, 1, __ATOMIC_SEQ_CST);

	return futex(&changes, FUTEX_CMP_REQUEUE_PI, 1, (void *)(long)most, &lock_word, now);
}

static void *wait_once(void *unused)
{
	take();
	if (wait_for_change(NULL) == 0)
		woken++;
	give();
	return unused;
}

/* Each in his turn, round and round: whoever is not woken stops all. */
static void *take_turns(void *number)
{
	take();
	for (int i = 0; i < ROUNDS; i++) {
		while (turn % THREADS != (int)(long)number)
			wait_for_change(NULL);
		turn++;
		change(INT_MAX);
	}
	give();
	return NULL;
}

static void start(pthread_t *threads, void *(*task)(void *), int count)
{
	for (long i = 0; i < count; i++)
		must("create", -pthread_create(&threads[i], NULL, task, (void *)i));
}

/* As many as that, though some may not have come to wait yet. */
static long move(int total)
{
	long moved = 0;

	while (moved < total) {
		moved += must("CMP_REQUEUE_PI",
		    futex(&changes, FUTEX_CMP_REQUEUE_PI, 1, (void *)(total - moved - 1), &lock_word, changes));
		msleep(1);
	}
	return moved;
}

static void await(const volatile int *number, int count)
{
	for (bool all = false; !all; msleep(1)) {
		take();
		all = *number == count;
		give();
	}
}

static void requeue(void)
{
	pthread_t threads[THREADS];

	start(threads, wait_once, THREADS);
	await(&waiting, THREADS);
	take();
	say("all but one", move(THREADS - 1));
	say_whether("none has it", woken == 0);
	give();
	await(&woken, THREADS - 1);
	say("to a free one", move(1));
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	say("woken", woken);
	say("nobody", change(10));
	say_whether("free", lock_word == 0);
}

static void *time_out(void *unused)
{
	struct timespec soon;
	double start = now();

	clock_gettime(CLOCK_MONOTONIC, &soon);
	soon.tv_nsec += 50000000;
	soon.tv_sec += soon.tv_nsec / 1000000000;
	soon.tv_nsec %= 1000000000;
	say("nobody came", futex(&changes, FUTEX_WAIT_REQUEUE_PI, changes, &soon, &lock_word, 0));
	say_waited("for the lock", start, 50);
	return unused;
}

static void refuse(void)
{
	const struct timespec past = {1, 0}, wrong = {1, 1000000000};
	uint32_t own = 0;

	say("another value", futex(&own, FUTEX_WAIT_REQUEUE_PI, 1, NULL, &lock_word, 0));
	say("past", futex(&own, FUTEX_WAIT_REQUEUE_PI, 0, &past, &lock_word, 0));
	say("no time", futex(&own, FUTEX_WAIT_REQUEUE_PI, 0, &wrong, &lock_word, 0));
	say("to itself", futex(&own, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &own, 0));
	say("nowhere", futex(NULL, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &lock_word, 0));
	say("none to wake", futex(&own, FUTEX_CMP_REQUEUE_PI, 0, NULL, &lock_word, 0));
	say("two to wake", futex(&own, FUTEX_CMP_REQUEUE_PI, 2, NULL, &lock_word, 0));
	say("another value", futex(&own, FUTEX_CMP_REQUEUE_PI, 1, NULL, &lock_word, 1));
	say("to itself", futex(&own, FUTEX_CMP_REQUEUE_PI, 1, NULL, &own, 0));
	say("less than none", futex(&own, FUTEX_CMP_REQUEUE_PI, 1, (void *)-1l, &lock_word, 0));
	say_whether("free", lock_word == 0);
}

int main(void)
{
	pthread_t threads[THREADS];

	requeue();
	start(threads, time_out, 1);
	pthread_join(threads[0], NULL);
	start(threads, take_turns, THREADS);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	say("turns", turn);
	refuse();
	return 0;
}
