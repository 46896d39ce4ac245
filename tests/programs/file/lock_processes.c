/* parks: pthread_cond_wait pthread_cond_timedwait pthread_cond_clockwait pthread_rwlock_rdlock pthread_rwlock_wrlock */
/* parks: pthread_barrier_wait pthread_mutex_lock sem_wait */
/* Objects in shared memory that another process gives back, and those that it waits for; of each kind there is. */
#include "tests/programs/shared_mutex.h"
#include <semaphore.h>
#include <sys/mman.h>

static struct shared {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	pthread_rwlock_t lock;
	pthread_barrier_t barrier;
	pthread_spinlock_t spin;
	sem_t taken, go;
	volatile int turn, seen;
} * shared;

static void init_cond(clockid_t clock)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_condattr_setclock(&attributes, clock);
	say_error("cond_init", pthread_cond_init(&shared->changed, &attributes));
}

static void init_all(void)
{
	pthread_barrierattr_t barrier;
	pthread_rwlockattr_t lock;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must("mmap", shared == MAP_FAILED ? -1 : 0);
	pthread_rwlockattr_init(&lock);
	pthread_rwlockattr_setpshared(&lock, PTHREAD_PROCESS_SHARED);
	say_error("rwlock_init", pthread_rwlock_init(&shared->lock, &lock));
	pthread_barrierattr_init(&barrier);
	pthread_barrierattr_setpshared(&barrier, PTHREAD_PROCESS_SHARED);
	say_error("barrier_init", pthread_barrier_init(&shared->barrier, &barrier, 2));
	say_error("spin_init", pthread_spin_init(&shared->spin, PTHREAD_PROCESS_SHARED));
	say("sem_init", sem_init(&shared->taken, 1, 0));
	say("sem_init", sem_init(&shared->go, 1, 0));
}

static struct timespec in_ms(clockid_t clock, long ms)
{
	struct timespec t;

	clock_gettime(clock, &t);
	t.tv_sec += (t.tv_nsec + ms * 1000000) / 1000000000;
	t.tv_nsec = (t.tv_nsec + ms * 1000000) % 1000000000;
	return t;
}

/* The child takes something, says so, and gives it back a while after it is told to go. */
static int hold_mutex(void *unused)
{
	int error = pthread_mutex_lock(&shared->mutex);

	(void)unused;
	sem_post(&shared->taken);
	return error || sem_wait(&shared->go) || usleep(50000) || pthread_mutex_unlock(&shared->mutex);
}

static int wait_for_mutex(void *unused)
{
	(void)unused;
	sem_post(&shared->taken);
	return pthread_mutex_lock(&shared->mutex) || pthread_mutex_unlock(&shared->mutex);
}

static void try_mutex(const char *what, int kind, int robust, int protocol)
{
	pid_t child;
	double since;

	puts(what);
	init_shared(&shared->mutex, kind, robust, protocol);
	child = start_child(hold_mutex, NULL);
	sem_wait(&shared->taken);
	say_error("trylock", pthread_mutex_trylock(&shared->mutex));
	since = now();
	sem_post(&shared->go);
	say_error("lock", pthread_mutex_lock(&shared->mutex));
	say_waited("lock", since, 20);
	end_child(child);
	child = start_child(wait_for_mutex, NULL);
	sem_wait(&shared->taken);
	msleep(20);
	say_error("unlock", pthread_mutex_unlock(&shared->mutex));
	end_child(child);
	say_error("destroy", pthread_mutex_destroy(&shared->mutex));
}

static int signal_turns(void *broadcasts)
{
	for (int turn = 1; turn <= 4; turn++) {
		msleep(30);
		pthread_mutex_lock(&shared->mutex);
		shared->turn = turn;
		if (broadcasts)
			pthread_cond_broadcast(&shared->changed);
		else
			pthread_cond_signal(&shared->changed);
		while (shared->seen < turn)
			pthread_cond_wait(&shared->changed, &shared->mutex);
		pthread_mutex_unlock(&shared->mutex);
	}
	return 0;
}

static int wait_for_turn(int turn, clockid_t clock)
{
	struct timespec at = in_ms(turn == 3 ? CLOCK_MONOTONIC : clock, 10000);
	int error = 0;

	while (shared->turn < turn && !error) {
		if (turn == 1 || turn == 4)
			error = pthread_cond_wait(&shared->changed, &shared->mutex);
		else if (turn == 2)
			error = pthread_cond_timedwait(&shared->changed, &shared->mutex, &at);
		else
			error = pthread_cond_clockwait(&shared->changed, &shared->mutex, CLOCK_MONOTONIC, &at);
	}
	return error;
}

static void try_cond(clockid_t clock, void *broadcasts)
{
	pid_t child;

	init_shared(&shared->mutex, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE);
	init_cond(clock);
	shared->turn = shared->seen = 0;
	child = start_child(signal_turns, broadcasts);
	pthread_mutex_lock(&shared->mutex);
	for (int turn = 1; turn <= 4; turn++) {
		say_error("wait", wait_for_turn(turn, clock));
		say_error("mine", pthread_mutex_lock(&shared->mutex));
		shared->seen = turn;
		pthread_cond_signal(&shared->changed);
	}
	pthread_mutex_unlock(&shared->mutex);
	end_child(child);
}

static void fail_to_wait(clockid_t clock)
{
	struct timespec soon, never = {0, -1}, past = {-5, 0};
	double since;

	say_error("not mine", pthread_cond_wait(&shared->changed, &shared->mutex));
	pthread_mutex_lock(&shared->mutex);
	since = now();
	soon = in_ms(clock, 40);
	say_error("timedwait", pthread_cond_timedwait(&shared->changed, &shared->mutex, &soon));
	say_waited("timedwait", since, 40);
	say_error("no time", pthread_cond_timedwait(&shared->changed, &shared->mutex, &never));
	say_error("past", pthread_cond_timedwait(&shared->changed, &shared->mutex, &past));
	say_error("unlock", pthread_mutex_unlock(&shared->mutex));
	say_error("cond_destroy", pthread_cond_destroy(&shared->changed));
	pthread_mutex_destroy(&shared->mutex);
}

static int hold_rwlock(void *writes)
{
	int error = writes ? pthread_rwlock_wrlock(&shared->lock) : pthread_rwlock_rdlock(&shared->lock);

	sem_post(&shared->taken);
	return error || sem_wait(&shared->go) || usleep(50000) || pthread_rwlock_unlock(&shared->lock);
}

static int wait_for_rwlock(void *unused)
{
	(void)unused;
	sem_post(&shared->taken);
	return pthread_rwlock_wrlock(&shared->lock) || pthread_rwlock_unlock(&shared->lock);
}

static void try_rwlock(const char *what, int (*take)(pthread_rwlock_t *), void *child_writes)
{
	double since;
	pid_t child = start_child(hold_rwlock, child_writes);

	puts(what);
	sem_wait(&shared->taken);
	since = now();
	sem_post(&shared->go);
	say_error("take", take(&shared->lock));
	say_waited("take", since, 20);
	end_child(child);
	child = start_child(wait_for_rwlock, NULL);
	sem_wait(&shared->taken);
	msleep(20);
	say_error("unlock", pthread_rwlock_unlock(&shared->lock));
	end_child(child);
}

static void fail_to_take_rwlock(void)
{
	struct timespec soon;
	pid_t child = start_child(hold_rwlock, (void *)1);

	sem_wait(&shared->taken);
	soon = in_ms(CLOCK_REALTIME, 10);
	say_error("timedrdlock", pthread_rwlock_timedrdlock(&shared->lock, &soon));
	soon = in_ms(CLOCK_MONOTONIC, 10);
	say_error("clockwrlock", pthread_rwlock_clockwrlock(&shared->lock, CLOCK_MONOTONIC, &soon));
	sem_post(&shared->go);
	soon = in_ms(CLOCK_REALTIME, 5000);
	say_error("timedwrlock", pthread_rwlock_timedwrlock(&shared->lock, &soon));
	say_error("mine", pthread_rwlock_wrlock(&shared->lock));
	say_error("unlock", pthread_rwlock_unlock(&shared->lock));
	end_child(child);
}

static int meet(void *unused)
{
	(void)unused;
	for (int i = 0; i < 3; i++) {
		msleep(20);
		pthread_barrier_wait(&shared->barrier);
	}
	return 0;
}

static void try_barrier(void)
{
	double since = now();
	pid_t child = start_child(meet, NULL);

	for (int i = 0; i < 3; i++)
		pthread_barrier_wait(&shared->barrier);
	say_waited("three meetings", since, 60);
	end_child(child);
	say_error("barrier_destroy", pthread_barrier_destroy(&shared->barrier));
}

static int hold_spin(void *unused)
{
	(void)unused;
	pthread_spin_lock(&shared->spin);
	sem_post(&shared->taken);
	msleep(30);
	return pthread_spin_unlock(&shared->spin);
}

static int post(void *semaphore)
{
	msleep(30);
	return sem_post(semaphore);
}

static void try_the_rest(void)
{
	pid_t child = start_child(hold_spin, NULL);

	sem_wait(&shared->taken);
	say_error("spin_lock", pthread_spin_lock(&shared->spin));
	say_error("spin_unlock", pthread_spin_unlock(&shared->spin));
	end_child(child);
	child = start_child(post, &shared->go);
	say("sem_wait", sem_wait(&shared->go));
	end_child(child);
}

int main(void)
{
	init_all();
	try_mutex("normal", PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE);
	try_mutex("recursive", PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE);
	try_mutex("errorcheck", PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE);
	try_mutex("adaptive", PTHREAD_MUTEX_ADAPTIVE_NP, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE);
	try_mutex("robust", PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_NONE);
	try_cond(CLOCK_REALTIME, NULL);
	fail_to_wait(CLOCK_REALTIME);
	try_cond(CLOCK_MONOTONIC, (void *)1);
	fail_to_wait(CLOCK_MONOTONIC);
	try_rwlock("read", pthread_rwlock_rdlock, (void *)1);
	try_rwlock("write", pthread_rwlock_wrlock, NULL);
	fail_to_take_rwlock();
	try_barrier();
	try_the_rest();
	return 0;
}
