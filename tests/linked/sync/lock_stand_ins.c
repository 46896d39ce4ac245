/*
 * Mutexes of which the kernel must know the owner, as other processes share them and they are robust or inherit
 * priorities: many greenlets need few OS threads for them, and these are handed on only by greenlets that own nothing.
 */
#include "child_process.h"
#include "tests/os_threads.h"
#include <pthread.h>
#include <sys/mman.h>

/* For each mutex one for the owner and one for the first that waits, some in the pool, and a helper or two. */
enum { WORKERS = 60, ROUNDS = 40, FEW = 10 };

static struct shared {
	pthread_mutex_t mutex, other;
	long count, inside;
} * shared;

static void init(pthread_mutex_t *mutex, int type, int robustness, int protocol)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_settype(&attributes, type);
	pthread_mutexattr_setrobust(&attributes, robustness);
	pthread_mutexattr_setprotocol(&attributes, protocol);
	must("pthread_mutex_init", -pthread_mutex_init(mutex, &attributes));
}

static int most_os_threads;

static void *work(void *unused)
{
	int i, threads;

	for (i = 0; i < ROUNDS; i++) {
		expect_equal("lock", pthread_mutex_lock(&shared->mutex), 0);
		expect_equal("alone inside", __atomic_add_fetch(&shared->inside, 1, __ATOMIC_SEQ_CST), 1);
		shared->count++;
		if (i == ROUNDS / 2) {
			green_yield();
			threads = count_os_threads();
			most_os_threads = threads > most_os_threads ? threads : most_os_threads;
		}
		__atomic_sub_fetch(&shared->inside, 1, __ATOMIC_SEQ_CST);
		expect_equal("unlock", pthread_mutex_unlock(&shared->mutex), 0);
	}
	return unused;
}

static void work_together(void)
{
	green_t *g[WORKERS];
	int i;

	most_os_threads = 0;
	for (i = 0; i < WORKERS; i++)
		g[i] = must_spawn(work, NULL);
	for (i = 0; i < WORKERS; i++)
		must_join(g[i]);
	if (most_os_threads > FEW)
		printf("%d OS threads\n", most_os_threads), failures++;
}

static void few_threads_for_many(int type, int robustness, int protocol)
{
	pid_t child;

	init(&shared->mutex, type, robustness, protocol);
	shared->count = 0;
	child = start_child(work_together);
	work_together();
	end_child(child);
	expect_equal("count", shared->count, 2l * WORKERS * ROUNDS);
	expect_equal("destroy", pthread_mutex_destroy(&shared->mutex), 0);
}

/* The stand-in stays with the greenlet until the last of what it owns is given back, in whatever order. */
static void *hold_both(void *first)
{
	pthread_mutex_t *one = first ? &shared->mutex : &shared->other, *two = first ? &shared->other : &shared->mutex;

	expect_equal("lock", pthread_mutex_lock(&shared->mutex), 0);
	expect_equal("recursive lock", pthread_mutex_lock(&shared->mutex), 0);
	expect_equal("lock", pthread_mutex_lock(&shared->other), 0);
	green_sleep(0.001);
	expect_equal("recursive unlock", pthread_mutex_unlock(&shared->mutex), 0);
	green_sleep(0.001);
	expect_equal("unlock", pthread_mutex_unlock(one), 0);
	green_sleep(0.001);
	expect_equal("unlock of what is not owned", pthread_mutex_unlock(one), EPERM);
	expect_equal("unlock", pthread_mutex_unlock(two), 0);
	expect_equal("unlock of what is not owned", pthread_mutex_unlock(two), EPERM);
	return NULL;
}

static void *try_for_each(void *unused)
{
	struct timespec past = {0};
	int answer = pthread_mutex_trylock(&shared->mutex);

	if (answer == 0)
		expect_equal("unlock", pthread_mutex_unlock(&shared->mutex), 0);
	else
		expect_equal("trylock", answer, EBUSY);
	expect_equal("unlock of another's", pthread_mutex_unlock(&shared->mutex), EPERM);
	answer = pthread_mutex_timedlock(&shared->mutex, &past);
	if (answer == 0)
		expect_equal("unlock", pthread_mutex_unlock(&shared->mutex), 0);
	else
		expect_equal("timedlock", answer, ETIMEDOUT);
	return unused;
}

static void owners_are_kept_apart(int protocol)
{
	green_t *g[WORKERS];
	int i;

	init(&shared->mutex, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ROBUST, protocol);
	init(&shared->other, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_ROBUST, protocol);
	for (i = 0; i < WORKERS; i++)
		g[i] = must_spawn(i % 3 ? try_for_each : hold_both, i % 2 ? "" : NULL);
	for (i = 0; i < WORKERS; i++)
		must_join(g[i]);
	expect_equal("destroy", pthread_mutex_destroy(&shared->mutex), 0);
	expect_equal("destroy", pthread_mutex_destroy(&shared->other), 0);
}

static void *own_rules(void *unused)
{
	struct timespec late = {.tv_sec = 1l << 40}, no_time = {.tv_nsec = -1};

	expect_equal("lock", pthread_mutex_lock(&shared->mutex), 0);
	expect_equal("lock of one's own", pthread_mutex_lock(&shared->mutex), EDEADLK);
	expect_equal("timedlock of one's own", pthread_mutex_timedlock(&shared->mutex, &late), EDEADLK);
	expect_equal("timedlock until no time", pthread_mutex_timedlock(&shared->other, &no_time), EINVAL);
	expect_equal("clocklock by no clock", pthread_mutex_clocklock(&shared->other, 12345, &late), EINVAL);
	expect_equal("unlock", pthread_mutex_unlock(&shared->mutex), 0);
	return unused;
}

static void *hold_for_ever(void *unused)
{
	expect_equal("lock", pthread_mutex_lock(&shared->other), 0);
	green_sleep(3600);
	expect_equal("unlock", pthread_mutex_unlock(&shared->other), 0);
	return unused;
}

/* The owner of the other mutex waits all the while, so that a time which is none is refused. */
static void answers_of_libc(void)
{
	green_t *holder;

	init(&shared->mutex, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_NONE);
	init(&shared->other, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_NONE);
	holder = must_spawn(hold_for_ever, NULL);
	green_sleep(0.001);
	must_join(must_spawn(own_rules, NULL));
	green_kill(holder);
	must_join(holder);
}

static void *end_as_owner(void *waiters)
{
	expect_equal("lock", pthread_mutex_lock(&shared->mutex), 0);
	while (*(volatile int *)waiters < WORKERS)
		green_sleep(0.001);
	green_sleep(0.01);
	return NULL;
}

static int waiters, told, lost;

static void *find_dead(void *repairs)
{
	int answer;

	waiters++;
	answer = pthread_mutex_lock(&shared->mutex);
	if (answer == ENOTRECOVERABLE) {
		lost++;
		return NULL;
	}
	if (answer == EOWNERDEAD) {
		told++;
		if (repairs)
			expect_equal("consistent", pthread_mutex_consistent(&shared->mutex), 0);
	} else
		expect_equal("lock", answer, 0);
	expect_equal("unlock", pthread_mutex_unlock(&shared->mutex), 0);
	return NULL;
}

/* One waiter is told; all others have the mutex after it, or learn that it is lost. */
static void an_owner_ends(bool repairs, int protocol)
{
	green_t *owner, *g[WORKERS];
	int i;

	init(&shared->mutex, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, protocol);
	waiters = told = lost = 0;
	owner = must_spawn(end_as_owner, &waiters);
	green_sleep(0.001);
	for (i = 0; i < WORKERS; i++)
		g[i] = must_spawn(find_dead, repairs ? "" : NULL);
	must_join(owner);
	for (i = 0; i < WORKERS; i++)
		must_join(g[i]);
	expect_equal("told", told, 1);
	expect_equal("lost", lost, repairs ? 0 : WORKERS - 1);
}

int main(void)
{
	int protocols[] = {PTHREAD_PRIO_NONE, PTHREAD_PRIO_INHERIT}, i;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must("mmap", shared == MAP_FAILED ? -1 : 0);
	few_threads_for_many(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_INHERIT);
	for (i = 0; i < 2; i++) {
		few_threads_for_many(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, protocols[i]);
		few_threads_for_many(PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ROBUST, protocols[i]);
		owners_are_kept_apart(protocols[i]);
		an_owner_ends(true, protocols[i]);
		an_owner_ends(false, protocols[i]);
	}
	answers_of_libc();
	return verdict();
}
