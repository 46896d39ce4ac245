/* Objects that processes may share, between greenlets, OS threads and hosts of one process. */
#include "crew.h"

enum { TURNS = 5, ROUNDS = 10, LOCKS = 20 };

static pthread_mutex_t mutex;
static pthread_cond_t changed;
static pthread_rwlock_t lock;
static pthread_barrier_t barrier;
static int turn, members, served, written, met;

static void init_all(void)
{
	pthread_mutexattr_t for_mutex;
	pthread_condattr_t for_cond;
	pthread_rwlockattr_t for_lock;
	pthread_barrierattr_t for_barrier;

	pthread_mutexattr_init(&for_mutex);
	pthread_mutexattr_setpshared(&for_mutex, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_settype(&for_mutex, PTHREAD_MUTEX_ERRORCHECK);
	must("mutex", -pthread_mutex_init(&mutex, &for_mutex));
	pthread_condattr_init(&for_cond);
	pthread_condattr_setpshared(&for_cond, PTHREAD_PROCESS_SHARED);
	must("cond", -pthread_cond_init(&changed, &for_cond));
	pthread_rwlockattr_init(&for_lock);
	pthread_rwlockattr_setpshared(&for_lock, PTHREAD_PROCESS_SHARED);
	must("rwlock", -pthread_rwlock_init(&lock, &for_lock));
	pthread_barrierattr_init(&for_barrier);
	pthread_barrierattr_setpshared(&for_barrier, PTHREAD_PROCESS_SHARED);
	must("barrier", -pthread_barrier_init(&barrier, &for_barrier, CREW));
}

/* Each in his turn, round and round: whoever is not woken stops all. */
static void *take_turns(void *unused)
{
	int me, i;

	expect_equal("lock", pthread_mutex_lock(&mutex), 0);
	me = members++;
	for (i = 0; i < TURNS; i++) {
		while (turn % CREW != me)
			expect_equal("wait", pthread_cond_wait(&changed, &mutex), 0);
		turn++;
		served++;
		pthread_cond_broadcast(&changed);
	}
	expect_equal("unlock", pthread_mutex_unlock(&mutex), 0);
	return unused;
}

static void *read_and_write(void *unused)
{
	int i, before;

	for (i = 0; i < LOCKS; i++) {
		expect_equal("wrlock", pthread_rwlock_wrlock(&lock), 0);
		before = written;
		if (green_self())
			green_yield();
		written = before + 1;
		expect_equal("unlock", pthread_rwlock_unlock(&lock), 0);
		expect_equal("rdlock", pthread_rwlock_rdlock(&lock), 0);
		expect("what was written stays", written > before);
		expect_equal("unlock", pthread_rwlock_unlock(&lock), 0);
	}
	return unused;
}

static void *meet(void *unused)
{
	int i, answer;

	for (i = 0; i < ROUNDS; i++) {
		answer = pthread_barrier_wait(&barrier);
		if (answer == PTHREAD_BARRIER_SERIAL_THREAD)
			__atomic_add_fetch(&met, 1, __ATOMIC_SEQ_CST);
		else
			expect_equal("barrier", answer, 0);
	}
	return unused;
}

static void *wait_and_be_killed(void *unused)
{
	pthread_mutex_lock(&mutex);
	turn = 1;
	while (turn)
		pthread_cond_wait(&changed, &mutex);
	expect_equal("mine again", pthread_mutex_unlock(&mutex), 0);
	return unused;
}

static pthread_t cancelled;

static void unlock(void *unused)
{
	(void)unused;
	expect_equal("unlock", pthread_mutex_unlock(&mutex), 0);
}

static void *wait_and_be_cancelled(void *unused)
{
	cancelled = pthread_self();
	pthread_mutex_lock(&mutex);
	pthread_cleanup_push(unlock, NULL);
	for (;;)
		pthread_cond_wait(&changed, &mutex);
	pthread_cleanup_pop(1);
	return unused;
}

/* Who is cancelled has the mutex when his clean-up handlers run. */
static void cancel_one(void)
{
	green_t *g = must_spawn(wait_and_be_cancelled, NULL);

	green_sleep(0.03);
	expect_equal("cancel", pthread_cancel(cancelled), 0);
	expect("it was cancelled", must_join(g) == PTHREAD_CANCELED);
	expect_equal("lock", pthread_mutex_lock(&mutex), 0);
	expect_equal("unlock", pthread_mutex_unlock(&mutex), 0);
}

/* A kill is no reason to give up. */
static void kill_one(void)
{
	green_t *g = must_spawn(wait_and_be_killed, NULL);

	green_sleep(0.03);
	green_kill(g);
	green_sleep(0.03);
	pthread_mutex_lock(&mutex);
	expect("it waits for its turn", turn);
	turn = 0;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&mutex);
	must_join(g);
}

int main(void)
{
	init_all();
	run_crew(take_turns, NULL);
	expect_equal("turns", served, TURNS * CREW);
	run_crew(read_and_write, NULL);
	expect_equal("written", written, LOCKS * CREW);
	run_crew(meet, NULL);
	expect_equal("met", met, ROUNDS);
	kill_one();
	cancel_one();
	return verdict();
}
