/* threads */
/*
 * A signal to a thread that waits for a lock and its kin: the handler runs there and then, as those rely on it who stop
 * all threads by one, and the wait goes on.
 */
#include "tests/programs/threads.h"
#include <semaphore.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static sem_t semaphore, handled, inside;
static pthread_t sleeper, waiting;
static volatile sig_atomic_t is_over, ran_elsewhere;

static void answer(int signo)
{
	(void)signo;
	if (!pthread_equal(pthread_self(), waiting))
		ran_elsewhere = 1;
	sem_post(&handled);
}

static void for_mutex(void)
{
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
}

static void for_reading(void)
{
	pthread_rwlock_rdlock(&rwlock);
	pthread_rwlock_unlock(&rwlock);
}

static void for_writing(void)
{
	pthread_rwlock_wrlock(&rwlock);
	pthread_rwlock_unlock(&rwlock);
}

static void for_cond(void)
{
	pthread_mutex_lock(&mutex);
	while (!is_over)
		pthread_cond_wait(&cond, &mutex);
	pthread_mutex_unlock(&mutex);
}

static void for_barrier(void)
{
	pthread_barrier_wait(&barrier);
}

static void for_post(void)
{
	while (sem_wait(&semaphore) != 0)
		if (errno != EINTR)
			say("sem_wait", -1);
}

static void for_end(void)
{
	join(sleeper);
}

static void be_slow(void)
{
	must("sem_post", sem_post(&inside));
	for_post();
}

static void for_once(void)
{
	pthread_once(&once, be_slow);
}

static void *do_once(void *unused)
{
	for_once();
	return unused;
}

static void *wait_for_post(void *unused)
{
	for_post();
	return unused;
}

static void *run(void *wait)
{
	((void (*)(void))wait)();
	return NULL;
}

/* Ten signals to one that waits; each is answered while the wait goes on. */
static void ask(const char *what, void (*wait)(void), void (*end)(void))
{
	waiting = start(run, (void *)wait);
	for (int i = 0; i < 10; i++) {
		msleep(3);
		must("pthread_kill", -pthread_kill(waiting, SIGUSR1));
		while (sem_wait(&handled) != 0)
			;
	}
	end();
	join(waiting);
	printf("%s: %s\n", what, ran_elsewhere ? "by another" : "answered");
}

static void unlock(void)
{
	must("pthread_mutex_unlock", -pthread_mutex_unlock(&mutex));
}

static void unlock_rwlock(void)
{
	must("pthread_rwlock_unlock", -pthread_rwlock_unlock(&rwlock));
}

static void signal_cond(void)
{
	pthread_mutex_lock(&mutex);
	is_over = 1;
	pthread_cond_signal(&cond);
	pthread_mutex_unlock(&mutex);
}

static void post(void)
{
	must("sem_post", sem_post(&semaphore));
}

int main(void)
{
	struct sigaction action = {.sa_handler = answer};
	pthread_t first;

	must("sigaction", sigaction(SIGUSR1, &action, NULL));
	must("sem_init", sem_init(&semaphore, 0, 0));
	must("sem_init", sem_init(&handled, 0, 0));
	must("sem_init", sem_init(&inside, 0, 0));
	must("pthread_barrier_init", -pthread_barrier_init(&barrier, NULL, 2));
	pthread_mutex_lock(&mutex);
	ask("mutex", for_mutex, unlock);
	pthread_rwlock_wrlock(&rwlock);
	ask("to read", for_reading, unlock_rwlock);
	pthread_rwlock_rdlock(&rwlock);
	ask("to write", for_writing, unlock_rwlock);
	ask("cond", for_cond, signal_cond);
	ask("barrier", for_barrier, for_barrier);
	ask("semaphore", for_post, post);
	sleeper = start(wait_for_post, NULL);
	ask("join", for_end, post);
	first = start(do_once, NULL);
	while (sem_wait(&inside) != 0)
		;
	ask("once", for_once, post);
	join(first);
	return 0;
}
