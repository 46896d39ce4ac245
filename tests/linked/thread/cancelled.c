/*
 * pthread_cancel and greenlets that were spawned. What waits in turn and is cancelled just as it was woken passes its
 * turn on; calls of the spawn API fail with ECANCELED; a kill ends what a cancellation does not.
 */
#include "tests/linked/expect.h"
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/file.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, inherited;
static pthread_rwlock_t lock;
static pthread_t first;
static int taken, left;

static void unlock_lock(void)
{
	pthread_rwlock_unlock(&lock);
}

static void be_first(void)
{
	first = pthread_self();
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
}

static void clean_up(void *unused)
{
	(void)unused;
	left++;
}

static void *lock_first(void *which)
{
	pthread_cleanup_push(clean_up, NULL);
	be_first();
	pthread_mutex_lock(which);
	taken = -100;
	pthread_cleanup_pop(0);
	return NULL;
}

static void *lock_second(void *which)
{
	pthread_mutex_lock(which);
	taken++;
	pthread_mutex_unlock(which);
	return NULL;
}

static void *write_first(void *unused)
{
	pthread_cleanup_push(clean_up, NULL);
	be_first();
	pthread_rwlock_wrlock(&lock);
	taken = -100;
	pthread_cleanup_pop(0);
	return unused;
}

static void *write_second(void *unused)
{
	pthread_rwlock_wrlock(&lock);
	taken++;
	pthread_rwlock_unlock(&lock);
	return unused;
}

static void *read_second(void *unused)
{
	pthread_rwlock_rdlock(&lock);
	taken++;
	pthread_rwlock_unlock(&lock);
	return unused;
}

/* The first is woken by the unlock, and cancelled before it runs. */
static void passes_on(void *(*begin)(void *), void *(*follow)(void *), void *arg, void (*unlock)(void))
{
	green_t *one = green_spawn(begin, arg), *other;
	void *result;

	taken = left = 0;
	green_yield();
	other = green_spawn(follow, arg);
	green_yield();
	green_yield();
	if (unlock)
		unlock();
	else
		pthread_mutex_unlock(arg);
	expect_equal("pthread_cancel", pthread_cancel(first), 0);
	expect_equal("join", green_join(other, 5, NULL), 0);
	expect_equal("join", green_join(one, 5, &result), 0);
	expect_equal("cancelled", result == PTHREAD_CANCELED, 1);
	expect_equal("taken", taken, 1);
	expect_equal("left", left, 1);
}

static void mutexes(void)
{
	pthread_mutexattr_t attributes;

	pthread_mutex_lock(&mutex);
	passes_on(lock_first, lock_second, &mutex, NULL);
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&inherited, &attributes);
	pthread_mutex_lock(&inherited);
	passes_on(lock_first, lock_second, &inherited, NULL);
}

static void rwlocks(void)
{
	pthread_rwlockattr_t attributes;

	pthread_rwlockattr_init(&attributes);
	for (int kind = PTHREAD_RWLOCK_PREFER_READER_NP; kind <= PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP; kind++) {
		pthread_rwlockattr_setkind_np(&attributes, kind);
		pthread_rwlock_init(&lock, &attributes);
		pthread_rwlock_wrlock(&lock);
		passes_on(write_first, write_second, NULL, unlock_lock);
		pthread_rwlock_wrlock(&lock);
		passes_on(write_first, read_second, NULL, unlock_lock);
	}
}

/* The canceller is woken in between. */
static void *sleep_and_tell(void *error)
{
	first = pthread_self();
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	*(int *)error = green_sleep(20) < 0 ? errno : 0;
	return NULL;
}

static void spawn_api(void)
{
	int error = -1;
	green_t *g = green_spawn(sleep_and_tell, &error);

	green_yield();
	pthread_cancel(first);
	expect_equal("join", green_join(g, 5, NULL), 0);
	expect_equal("error", error, ECANCELED);
}

static void *lock_file(void *locked)
{
	first = pthread_self();
	left = flock(*(int *)locked, LOCK_EX) < 0 ? errno : 0;
	return NULL;
}

static void kills(void)
{
	char name[] = "/tmp/cancelled-XXXXXX";
	int held = mkstemp(name), locked = open(name, O_RDWR);
	green_t *g;

	unlink(name);
	flock(held, LOCK_EX);
	g = green_spawn(lock_file, &locked);
	green_sleep(0.02);
	pthread_cancel(first);
	green_sleep(0.02);
	expect_equal("it waits", green_join(g, 0, NULL), -1);
	green_kill(g);
	expect_equal("join", green_join(g, 5, NULL), 0);
	expect_equal("error", left, ECANCELED);
	close(held);
	close(locked);
}

int main(void)
{
	mutexes();
	rwlocks();
	spawn_api();
	kills();
	return verdict();
}
