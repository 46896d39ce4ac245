/* A mutex that inherits priorities, which greenlets and other processes share, while a ticker shows that others go on.
 */
#ifndef INHERIT_H
#define INHERIT_H

#include "child_process.h"
#include "ticker.h"
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>

enum { GREENLETS = 4, ROUNDS = 50, PATIENCE = 15 };

static struct shared {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	sem_t holds, goes;
	int turn, inside, count;
} * shared;

static inline void init_mutex(int type, int robustness)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
	pthread_mutexattr_settype(&attributes, type);
	pthread_mutexattr_setrobust(&attributes, robustness);
	must("mutex", -pthread_mutex_init(&shared->mutex, &attributes));
}

/* Only the kernel says that somebody waits. */
static inline void await_waiter(void)
{
	while (!(__atomic_load_n(&shared->mutex.__data.__lock, __ATOMIC_SEQ_CST) & (int)FUTEX_WAITERS))
		green_sleep(0.001);
}

static inline void lock_and_unlock(void)
{
	expect_equal("lock", pthread_mutex_lock(&shared->mutex), 0);
	expect_equal("unlock", pthread_mutex_unlock(&shared->mutex), 0);
}

static inline void *take_turns(void *unused)
{
	for (int i = 0; i < ROUNDS; i++) {
		expect_equal("lock", pthread_mutex_lock(&shared->mutex), 0);
		expect_equal("alone inside", __atomic_add_fetch(&shared->inside, 1, __ATOMIC_SEQ_CST), 1);
		shared->count++;
		if (i % 8 == 0)
			usleep(10);
		__atomic_sub_fetch(&shared->inside, 1, __ATOMIC_SEQ_CST);
		expect_equal("unlock", pthread_mutex_unlock(&shared->mutex), 0);
	}
	return unused;
}

static inline void take_turns_natively(void)
{
	take_turns(NULL);
}

static inline void compete(void)
{
	green_t *g[GREENLETS];
	pid_t one, other;

	shared->count = 0;
	one = start_child(take_turns_natively);
	other = start_child(take_turns_natively);
	for (int i = 0; i < GREENLETS; i++)
		g[i] = must_spawn(take_turns, NULL);
	take_turns(NULL);
	for (int i = 0; i < GREENLETS; i++)
		must_join(g[i]);
	end_child(one);
	end_child(other);
	expect_equal("rounds", shared->count, (GREENLETS + 3L) * ROUNDS);
}

static inline green_t *prepare(void)
{
	alarm(PATIENCE);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must("mmap", shared == MAP_FAILED ? -1 : 0);
	sem_init(&shared->holds, 1, 0);
	sem_init(&shared->goes, 1, 0);
	return must_spawn(tick, NULL);
}

static inline int finish(green_t *ticker)
{
	stop = true;
	must_join(ticker);
	return verdict();
}

#endif
