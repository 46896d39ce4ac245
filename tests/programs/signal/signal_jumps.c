/* threads */
/*
 * Jumps out of handlers that have interrupted a wait, of every kind and in every way. After each, the same objects are
 * used by other threads: nobody is woken in the place of who is gone.
 */
#include "jumps.h"
#include <linux/futex.h>
#include <sys/syscall.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static sem_t semaphore;
static unsigned word;

static void for_mutex(void)
{
	pthread_mutex_lock(&mutex);
}

static void for_reading(void)
{
	pthread_rwlock_rdlock(&rwlock);
}

static void for_writing(void)
{
	pthread_rwlock_wrlock(&rwlock);
}

static void for_post(void)
{
	sem_wait(&semaphore);
}

static void for_word(void)
{
	syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}

static void *lock_and_unlock(void *unused)
{
	pthread_mutex_lock(&mutex);
	through++;
	pthread_mutex_unlock(&mutex);
	return unused;
}

static void *read_and_write(void *unused)
{
	pthread_rwlock_rdlock(&rwlock);
	through++;
	pthread_rwlock_unlock(&rwlock);
	pthread_rwlock_wrlock(&rwlock);
	through++;
	pthread_rwlock_unlock(&rwlock);
	return unused;
}

static void *take_post(void *unused)
{
	while (sem_wait(&semaphore) != 0)
		;
	through++;
	return unused;
}

static void *wait_at_word(void *unused)
{
	while (syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0) != 0 && errno == EINTR)
		;
	through++;
	return unused;
}

static void *wait_for_cond(void *is_over)
{
	pthread_mutex_lock(&mutex);
	while (!*(volatile bool *)is_over)
		pthread_cond_wait(&cond, &mutex);
	through++;
	pthread_mutex_unlock(&mutex);
	return NULL;
}

static void unlock(void)
{
	must("pthread_mutex_unlock", -pthread_mutex_unlock(&mutex));
}

static void unlock_rwlock(void)
{
	must("pthread_rwlock_unlock", -pthread_rwlock_unlock(&rwlock));
}

static void post(void)
{
	must("sem_post", sem_post(&semaphore));
	must("sem_post", sem_post(&semaphore));
}

static void wake(void)
{
	int woken = 0;

	while (woken < 2)
		woken += must("futex", syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0));
}

static void *hold(void *unused)
{
	pthread_rwlock_wrlock(&rwlock);
	pthread_mutex_lock(&mutex); /* which the other looks at */
	while (sem_wait(&semaphore) != 0)
		;
	unlock();
	unlock_rwlock();
	return unused;
}

static void out_of_locks(void)
{
	pthread_t holder = start(hold, NULL);

	while (pthread_mutex_trylock(&mutex) == 0) {
		unlock();
		msleep(1);
	}
	jump_out(for_mutex);
	jump_out(for_reading);
	jump_out(for_writing);
	must("sem_post", sem_post(&semaphore));
	join(holder);
	pthread_mutex_lock(&mutex);
	two("mutex", lock_and_unlock, NULL, unlock);
	pthread_rwlock_init(&rwlock, NULL); /* libc's own counts who is gone */
	pthread_rwlock_wrlock(&rwlock);
	two("rwlock", read_and_write, NULL, unlock_rwlock);
}

static bool is_over;

static void signal_cond(void)
{
	pthread_mutex_lock(&mutex);
	is_over = true;
	pthread_cond_broadcast(&cond);
	pthread_mutex_unlock(&mutex);
}

static void for_cond(void)
{
	pthread_mutex_lock(&mutex);
	pthread_cond_wait(&cond, &mutex);
}

static void out_of_waits(void)
{
	jump_out(for_post);
	jump_out(for_post);
	two("semaphore", take_post, NULL, post);
	jump_out(for_word);
	two("futex", wait_at_word, NULL, wake);
	if (way != BY_CONTEXT) {
		jump_out(for_cond);
		unlock(); /* a jump out of this wait brings it back */
	}
	is_over = false;
	pthread_cond_init(&cond, NULL); /* as libc's, too */
	two("cond", wait_for_cond, &is_over, signal_cond);
}

static void out_of_all(void)
{
	out_of_locks();
	out_of_waits();
}

int main(void)
{
	must("sem_init", sem_init(&semaphore, 0, 0));
	jump_in_all_ways(out_of_all);
	return 0;
}
