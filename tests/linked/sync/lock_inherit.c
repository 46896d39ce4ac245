/* Mutexes that inherit priorities, of greenlets and of other processes: each waits for the other. */
#include "inherit.h"

static void *hold_for_child(void *unused)
{
	pid_t child;

	expect_equal("lock", pthread_mutex_lock(&shared->mutex), 0);
	child = start_child(lock_and_unlock);
	await_waiter();
	expect_equal("unlock", pthread_mutex_unlock(&shared->mutex), 0);
	end_child(child);
	return unused;
}

static void hold_until_told(void)
{
	expect_equal("lock", pthread_mutex_lock(&shared->mutex), 0);
	sem_post(&shared->holds);
	while (sem_wait(&shared->goes) != 0)
		;
	expect_equal("unlock", pthread_mutex_unlock(&shared->mutex), 0);
}

static void *wait_for_child(void *taken)
{
	expect_equal("lock", pthread_mutex_lock(&shared->mutex), 0);
	*(bool *)taken = true;
	expect_equal("unlock", pthread_mutex_unlock(&shared->mutex), 0);
	return NULL;
}

static void try_in_vain(void)
{
	struct timespec past = {0, 0}, soon;

	clock_gettime(CLOCK_REALTIME, &soon);
	soon.tv_sec += soon.tv_nsec > 900000000;
	soon.tv_nsec = (soon.tv_nsec + 50000000) % 1000000000;
	expect_equal("trylock", pthread_mutex_trylock(&shared->mutex), EBUSY);
	expect_equal("timedlock", pthread_mutex_timedlock(&shared->mutex, &past), ETIMEDOUT);
	expect_equal("timedlock", pthread_mutex_timedlock(&shared->mutex, &soon), ETIMEDOUT);
}

/* Of the greenlets only who waits is stopped. */
static void *wait_for_holder(void *unused)
{
	pid_t child = start_child(hold_until_told);
	bool taken = false;
	green_t *waits;
	long before;

	while (sem_wait(&shared->holds) != 0)
		;
	try_in_vain();
	waits = must_spawn(wait_for_child, &taken);
	await_waiter();
	before = ticks;
	while (ticks < before + 3)
		green_sleep(0.001);
	expect("it waits", !taken);
	sem_post(&shared->goes);
	must_join(waits);
	expect("it has had it", taken);
	end_child(child);
	return unused;
}

static void *unlock_anothers(void *unused)
{
	expect_equal("unlock what is another's", pthread_mutex_unlock(&shared->mutex), EPERM);
	return unused;
}

static void *take_twice(void *unused)
{
	bool is_recursive = (shared->mutex.__data.__kind & 3) == PTHREAD_MUTEX_RECURSIVE;

	expect_equal("lock", pthread_mutex_lock(&shared->mutex), 0);
	expect_equal("lock again", pthread_mutex_lock(&shared->mutex), is_recursive ? 0 : EDEADLK);
	expect_equal("try again", pthread_mutex_trylock(&shared->mutex), is_recursive ? 0 : EDEADLK);
	must_join(must_spawn(unlock_anothers, NULL));
	for (int i = is_recursive ? 3 : 1; i > 0; i--)
		expect_equal("unlock", pthread_mutex_unlock(&shared->mutex), 0);
	expect_equal("unlock once more", pthread_mutex_unlock(&shared->mutex), EPERM);
	return unused;
}

static void signal_turn(void)
{
	expect_equal("lock", pthread_mutex_lock(&shared->mutex), 0);
	shared->turn = 1;
	pthread_cond_signal(&shared->changed);
	expect_equal("unlock", pthread_mutex_unlock(&shared->mutex), 0);
}

static void *wait_for_condition(void *unused)
{
	pthread_condattr_t attributes;
	pid_t child;

	pthread_condattr_init(&attributes);
	pthread_condattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_cond_init(&shared->changed, &attributes);
	shared->turn = 0;
	expect_equal("lock", pthread_mutex_lock(&shared->mutex), 0);
	child = start_child(signal_turn);
	while (!shared->turn)
		expect_equal("wait", pthread_cond_wait(&shared->changed, &shared->mutex), 0);
	expect_equal("unlock", pthread_mutex_unlock(&shared->mutex), 0);
	end_child(child);
	return unused;
}

static void as_both(void *(*run)(void *))
{
	run(NULL);
	must_join(must_spawn(run, NULL));
}

static void try_type(int type)
{
	init_mutex(type, PTHREAD_MUTEX_STALLED);
	as_both(hold_for_child);
	as_both(wait_for_holder);
	if (type != PTHREAD_MUTEX_NORMAL)
		as_both(take_twice);
	as_both(wait_for_condition);
	compete();
	expect_equal("destroy", pthread_mutex_destroy(&shared->mutex), 0);
}

/* What the main one has taken when it was alone it gives back in company. */
static void take_alone_and_in_company(void)
{
	pthread_mutex_t *mutex = &shared->mutex;
	green_t *ticker;

	init_mutex(PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED);
	expect_equal("lock when alone", pthread_mutex_lock(mutex), 0);
	stop = false;
	ticker = must_spawn(tick, NULL);
	expect_equal("lock in company", pthread_mutex_lock(mutex), 0);
	expect_equal("unlock", pthread_mutex_unlock(mutex), 0);
	expect_equal("unlock", pthread_mutex_unlock(mutex), 0);
	as_both(hold_for_child);
	expect_equal("lock in company", pthread_mutex_lock(mutex), 0);
	stop = true;
	must_join(ticker);
	expect_equal("unlock when alone", pthread_mutex_unlock(mutex), 0);
	must_join(must_spawn(hold_for_child, NULL));
}

int main(void)
{
	green_t *ticker = prepare();

	try_type(PTHREAD_MUTEX_NORMAL);
	try_type(PTHREAD_MUTEX_RECURSIVE);
	try_type(PTHREAD_MUTEX_ERRORCHECK);
	finish(ticker);
	take_alone_and_in_company();
	return verdict();
}
