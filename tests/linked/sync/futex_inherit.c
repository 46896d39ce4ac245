/* Raw futexes that inherit priorities, of greenlets and of another process: the kernel finds the owner of each. */
#include "child_process.h"
#include "ticker.h"
#include <linux/futex.h>
#include <semaphore.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

enum { PATIENCE = 15 };

static struct shared {
	uint32_t one, other, changes;
	sem_t holds, goes;
} * shared;

static long futex(uint32_t *word, int op, uint32_t value, const void *limit, uint32_t *other, uint32_t value3)
{
	return syscall(SYS_futex, word, op, value, limit, other, value3);
}

static void take(uint32_t *word)
{
	expect_equal("LOCK_PI", futex(word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), 0);
}

static void give(uint32_t *word)
{
	expect_equal("UNLOCK_PI", futex(word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), 0);
}

static void await_waiter(const uint32_t *word)
{
	while (!(__atomic_load_n(word, __ATOMIC_SEQ_CST) & FUTEX_WAITERS))
		green_sleep(0.001);
}

static void wait_for(sem_t *semaphore)
{
	while (sem_wait(semaphore) != 0)
		;
}

static void take_and_give(void)
{
	take(&shared->one);
	give(&shared->one);
}

static void hold_other(void)
{
	take(&shared->other);
	sem_post(&shared->holds);
	wait_for(&shared->goes);
	give(&shared->other);
}

/* Has the other, waits for the one. */
static void take_the_wrong_way_round(void)
{
	take(&shared->other);
	sem_post(&shared->holds);
	take_and_give();
	give(&shared->other);
}

static void *hold_for_child(void *unused)
{
	pid_t child;

	take(&shared->one);
	expect_failure("mine", futex(&shared->one, FUTEX_LOCK_PI, 0, NULL, NULL, 0), EDEADLK);
	expect_failure("mine", futex(&shared->one, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0), EDEADLK);
	child = start_child(take_and_give);
	await_waiter(&shared->one);
	give(&shared->one);
	end_child(child);
	expect_failure("free", futex(&shared->one, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), EPERM);
	expect_equal("try", futex(&shared->one, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0), 0);
	give(&shared->one);
	return unused;
}

static void *take_other(void *taken)
{
	take(&shared->other);
	*(bool *)taken = true;
	give(&shared->other);
	return NULL;
}

static void *wait_for_child(void *unused)
{
	const struct timespec past = {1, 0};
	pid_t child = start_child(hold_other);
	bool taken = false;
	green_t *waits;
	long before;

	wait_for(&shared->holds);
	expect_failure("try", futex(&shared->other, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0), EAGAIN);
	expect_failure("until then", futex(&shared->other, FUTEX_LOCK_PI, 0, &past, NULL, 0), ETIMEDOUT);
	expect_failure("not mine", futex(&shared->other, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), EPERM);
	waits = must_spawn(take_other, &taken);
	await_waiter(&shared->other);
	before = ticks;
	while (ticks < before + 3)
		green_sleep(0.001);
	expect("it waits", !taken);
	sem_post(&shared->goes);
	must_join(waits);
	end_child(child);
	return unused;
}

static void *wait_in_a_circle(void *unused)
{
	pid_t child;

	take(&shared->one);
	child = start_child(take_the_wrong_way_round);
	wait_for(&shared->holds);
	await_waiter(&shared->one);
	expect_failure("a circle", futex(&shared->other, FUTEX_LOCK_PI, 0, NULL, NULL, 0), EDEADLK);
	give(&shared->one);
	end_child(child);
	return unused;
}

static void *take_one(void *taken)
{
	take(&shared->one);
	*(bool *)taken = true;
	give(&shared->one);
	return NULL;
}

/* Taken in memory alone, with an id that only this process knows. */
static void *take_in_memory(void *unused)
{
	uint32_t own = (uint32_t)gettid();
	bool taken = false;
	green_t *waits;

	__atomic_store_n(&shared->one, own, __ATOMIC_SEQ_CST);
	waits = must_spawn(take_one, &taken);
	await_waiter(&shared->one);
	green_sleep(0.01);
	expect("it waits", !taken);
	give(&shared->one);
	must_join(waits);
	expect("it has had it", taken);
	return unused;
}

static void change_and_requeue(void)
{
	wait_for(&shared->goes);
	take(&shared->one);
	while (futex(&shared->changes, FUTEX_CMP_REQUEUE_PI, 1, NULL, &shared->one, 0) < 1)
		usleep(1000);
	give(&shared->one);
}

/* Others go on, while one waits. */
static void *tell_later(void *unused)
{
	for (long before = ticks; ticks < before + 3;)
		green_sleep(0.001);
	sem_post(&shared->goes);
	return unused;
}

static void *wait_to_be_requeued(void *unused)
{
	pid_t child = start_child(change_and_requeue);
	green_t *tells = must_spawn(tell_later, NULL);

	expect_equal("requeued", futex(&shared->changes, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &shared->one, 0), 0);
	give(&shared->one);
	must_join(tells);
	end_child(child);
	return unused;
}

int main(void)
{
	void *(*const runs[])(void *) = {hold_for_child, wait_for_child, wait_in_a_circle, wait_to_be_requeued};
	green_t *ticker;

	alarm(PATIENCE);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must("mmap", shared == MAP_FAILED ? -1 : 0);
	sem_init(&shared->holds, 1, 0);
	sem_init(&shared->goes, 1, 0);
	ticker = must_spawn(tick, NULL);
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		must_join(must_spawn(runs[i], NULL));
		runs[i](NULL);
	}
	must_join(must_spawn(take_in_memory, NULL));
	stop = true;
	must_join(ticker);
	return verdict();
}
