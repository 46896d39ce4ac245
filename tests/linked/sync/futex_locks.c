/*
 * A mutex and a condition variable as Rust's standard library has them: by the raw futex call alone. Between greenlets
 * of one OS thread, and with another OS thread, which waits in the kernel.
 */
#include "tests/linked/expect.h"
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>

enum { ROUNDS = 300, PLAYERS = 6 };

/* 0 free, 1 taken, 2 taken and waited for. */
struct mutex {
	_Atomic uint32_t state;
};

struct cond {
	_Atomic uint32_t signals;
};

static int flag = FUTEX_PRIVATE_FLAG;

static long futex_wait(_Atomic uint32_t *word, uint32_t value)
{
	return syscall(SYS_futex, word, FUTEX_WAIT_BITSET | flag, value, NULL, NULL, FUTEX_BITSET_MATCH_ANY);
}

static long futex_wake(_Atomic uint32_t *word, int count)
{
	return syscall(SYS_futex, word, FUTEX_WAKE | flag, count);
}

static void lock(struct mutex *mutex)
{
	uint32_t state = 0;

	if (atomic_compare_exchange_strong(&mutex->state, &state, 1))
		return;
	while (atomic_exchange(&mutex->state, 2))
		futex_wait(&mutex->state, 2);
}

static void unlock(struct mutex *mutex)
{
	if (atomic_exchange(&mutex->state, 0) == 2)
		futex_wake(&mutex->state, 1);
}

static void wait_on(struct cond *cond, struct mutex *mutex)
{
	uint32_t signals = atomic_load(&cond->signals);

	unlock(mutex);
	futex_wait(&cond->signals, signals);
	lock(mutex);
}

static void signal_all(struct cond *cond)
{
	atomic_fetch_add(&cond->signals, 1);
	futex_wake(&cond->signals, INT_MAX);
}

static struct mutex mutex;
static struct cond changed;
static int turn, players;
static long inside;

/* Each waits until it is its turn, and gives it to the next. */
static void *play(void *arg)
{
	int me = (int)(intptr_t)arg;

	for (int i = 0; i < ROUNDS; i++) {
		lock(&mutex);
		while (turn != me)
			wait_on(&changed, &mutex);
		expect_equal("alone inside", inside++, 0);
		if (i % 10 == 0)
			green_yield();
		inside--;
		turn = (me + 1) % players;
		signal_all(&changed);
		unlock(&mutex);
	}
	return NULL;
}

static void play_all(bool with_thread)
{
	green_t *g[PLAYERS];
	pthread_t native;

	turn = 0;
	players = PLAYERS + with_thread;
	if (with_thread)
		must("pthread_create", -pthread_create(&native, NULL, play, (void *)PLAYERS));
	for (int i = 0; i < PLAYERS; i++)
		g[i] = must_spawn(play, (void *)(intptr_t)i);
	for (int i = 0; i < PLAYERS; i++)
		must_join(g[i]);
	if (with_thread)
		pthread_join(native, NULL);
}

int main(void)
{
	play_all(false);
	play_all(true);
	flag = 0; /* as __cxa_guard_acquire() has it */
	play_all(true);
	return verdict();
}
