/* threads */
/* Raw futexes that inherit priorities, and the errors of these and of FUTEX_WAKE_OP. */
#include "tests/programs/say.h"
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/syscall.h>

enum { THREADS = 4, ROUNDS = 50 };

static uint32_t word;
static int counter, inside;

static long futex(uint32_t *at, int op, uint32_t value, const struct timespec *limit, uint32_t *other, uint32_t value3)
{
	return syscall(SYS_futex, at, op | FUTEX_PRIVATE_FLAG, value, limit, other, value3);
}

static void take(void)
{
	uint32_t none = 0;

	if (!__atomic_compare_exchange_n(&word, &none, (uint32_t)gettid(), false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		must("LOCK_PI", futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
}

static void give(void)
{
	uint32_t own = (uint32_t)gettid();

	if (!__atomic_compare_exchange_n(&word, &own, 0, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		must("UNLOCK_PI", futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
}

static void *take_turns(void *unused)
{
	for (int i = 0; i < ROUNDS; i++) {
		take();
		if (inside++)
			puts("two have it");
		usleep(50);
		counter++;
		inside--;
		give();
	}
	return unused;
}

static void *find_taken(void *unused)
{
	const struct timespec past = {1, 0}, wrong = {1, 1000000000};

	say("try what is taken", futex(&word, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
	say("take it until then", futex(&word, FUTEX_LOCK_PI, 0, &past, NULL, 0));
	say("take it until never", futex(&word, FUTEX_LOCK_PI, 0, &wrong, NULL, 0));
	say("give it back", futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
	return unused;
}

static void in_thread(void *(*task)(void *))
{
	pthread_t thread;

	must("create", -pthread_create(&thread, NULL, task, NULL));
	pthread_join(thread, NULL);
}

static void fail_with_pi(void)
{
	say("give what is free", futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
	say("try", futex(&word, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
	say_whether("mine", (word & FUTEX_TID_MASK) == (uint32_t)gettid());
	say("try again", futex(&word, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
	say("take again", futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
	in_thread(find_taken);
	say("give", futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
	say_whether("free", word == 0);
	say("nowhere", futex(NULL, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
	say("nowhere", futex(NULL, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
	say("not aligned", futex((uint32_t *)((char *)&word + 1), FUTEX_LOCK_PI, 0, NULL, NULL, 0));
}

static uint32_t first, second;

static void *wait_for_second(void *unused)
{
	while (__atomic_load_n(&second, __ATOMIC_SEQ_CST) == 0)
		futex(&second, FUTEX_WAIT, 0, NULL, NULL, 0);
	return unused;
}

static void operate(void)
{
	const struct timespec *one = (const struct timespec *)1;
	pthread_t thread;

	must("create", -pthread_create(&thread, NULL, wait_for_second, NULL));
	msleep(30);
	/* How many it wakes depends on how far the thread has come. */
	must("wake and add",
	    futex(&first, FUTEX_WAKE_OP, 1, one, &second, FUTEX_OP(FUTEX_OP_ADD, 5, FUTEX_OP_CMP_EQ, 0)));
	pthread_join(thread, NULL);
	say("second", second);
	say("no such comparison", futex(&first, FUTEX_WAKE_OP, 1, one, &second, FUTEX_OP(FUTEX_OP_ADD, 1, 9, 0)));
	say("no such operation", futex(&first, FUTEX_WAKE_OP, 1, one, &second, FUTEX_OP(7, 1, FUTEX_OP_CMP_EQ, 0)));
	say("nowhere", futex(&first, FUTEX_WAKE_OP, 1, one, NULL, FUTEX_OP(FUTEX_OP_ADD, 1, FUTEX_OP_CMP_EQ, 0)));
	say("no such call", futex(&first, 99, 1, NULL, NULL, 0));
}

int main(void)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		must("create", -pthread_create(&threads[i], NULL, take_turns, NULL));
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	say("turns", counter);
	fail_with_pi();
	operate();
	return 0;
}
