/* threads */
/* Cancellation: at what waits, with clean-up handlers; put off, and at any time. */
#include "tests/programs/threads.h"
#include <pthread.h>
#include <semaphore.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static sem_t semaphore;
static int ends[2];
static volatile bool is_cancelled;

static void clean_up(void *what)
{
	printf("clean-up: %s\n", (const char *)what);
}

static void unlock(void *unused)
{
	(void)unused;
	say_error("unlock", pthread_mutex_unlock(&mutex));
}

static void *sleeper(void *unused)
{
	pthread_cleanup_push(clean_up, "sleep");
	sleep(10);
	pthread_cleanup_pop(0);
	return unused;
}

static void *reader(void *unused)
{
	char byte;

	pthread_cleanup_push(clean_up, "read");
	say("read", read(ends[0], &byte, 1));
	pthread_cleanup_pop(0);
	return unused;
}

static void *waiter(void *unused)
{
	pthread_mutex_lock(&mutex);
	pthread_cleanup_push(unlock, NULL);
	pthread_cond_wait(&never, &mutex);
	pthread_cleanup_pop(0);
	return unused;
}

static void *taker(void *unused)
{
	pthread_cleanup_push(clean_up, "semaphore");
	sem_wait(&semaphore);
	pthread_cleanup_pop(0);
	return unused;
}

static void *reluctant(void *unused)
{
	int before;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	while (!is_cancelled)
		msleep(10);
	say_whether("was enabled", before == PTHREAD_CANCEL_ENABLE);
	pthread_setcancelstate(before, NULL);
	pthread_testcancel();
	printf("went on\n");
	return unused;
}

static void *ready_at_any_time(void *unused)
{
	int before;

	pthread_cleanup_push(clean_up, "at any time");
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &before);
	for (;;)
		usleep(1000);
	pthread_cleanup_pop(0);
	return unused;
}

static void *joiner(void *thread)
{
	pthread_cleanup_push(clean_up, "join");
	pthread_join(*(pthread_t *)thread, NULL);
	pthread_cleanup_pop(0);
	return NULL;
}

static void cancel(const char *what, void *(*run)(void *), void *arg)
{
	pthread_t thread;
	void *result;

	is_cancelled = false;
	must("pthread_create", -pthread_create(&thread, NULL, run, arg));
	msleep_once_others_wait(30);
	pthread_cancel(thread);
	is_cancelled = true;
	say_error(what, pthread_join(thread, &result));
	say_whether("cancelled", result == PTHREAD_CANCELED);
}

int main(void)
{
	pthread_t other;

	must("pipe", pipe(ends));
	must("sem_init", sem_init(&semaphore, 0, 0));
	cancel("sleep", sleeper, NULL);
	cancel("read", reader, NULL);
	cancel("cond_wait", waiter, NULL);
	cancel("sem_wait", taker, NULL);
	cancel("disabled", reluctant, NULL);
	cancel("at any time", ready_at_any_time, NULL);
	must("pthread_create", -pthread_create(&other, NULL, reader, NULL));
	cancel("join", joiner, &other);
	must("write", write(ends[1], "x", 1));
	say_error("the other", pthread_join(other, NULL));
	return 0;
}
