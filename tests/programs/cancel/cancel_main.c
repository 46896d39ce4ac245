/* threads */
/*
 * Cancellation where it is rare: of the main thread, deferred in pause() and asynchronous while it waits for a mutex;
 * and by a cancellation point in a signal handler, which has interrupted a wait for a mutex.
 */
#include "tests/programs/threads.h"
#include <pthread.h>
#include <semaphore.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_t main_thread;
static sem_t is_there;
static int ends[2];

static void clean_up(void *what)
{
	printf("%s: cleaned up\n", (const char *)what);
}

static void read_in_handler(int signo)
{
	char byte;

	if (read(ends[0], &byte, 1) < 0)
		_exit(signo);
}

static void *wait_for_mutex(void *unused)
{
	pthread_cleanup_push(clean_up, "handler");
	sem_post(&is_there);
	pthread_mutex_lock(&mutex);
	puts("has the mutex");
	pthread_cleanup_pop(0);
	return unused;
}

static void cancel_in_handler(void)
{
	struct sigaction action = {.sa_handler = read_in_handler};
	pthread_t thread;
	void *result;

	sigaction(SIGUSR1, &action, NULL);
	pthread_mutex_lock(&mutex);
	must("pthread_create", -pthread_create(&thread, NULL, wait_for_mutex, NULL));
	while (sem_wait(&is_there) != 0)
		;
	msleep_once_others_wait(10);
	must("pthread_cancel", -pthread_cancel(thread));
	msleep(20);
	say_error("it waits", pthread_tryjoin_np(thread, NULL));
	must("pthread_kill", -pthread_kill(thread, SIGUSR1));
	must("pthread_join", -pthread_join(thread, &result));
	say_whether("cancelled", result == PTHREAD_CANCELED);
	say_error("unlock", pthread_mutex_unlock(&mutex));
	say_error("lock", pthread_mutex_trylock(&mutex));
}

static void *cancel_main(void *unused)
{
	void *result;

	msleep_once_others_wait(20);
	must("pthread_cancel", -pthread_cancel(main_thread));
	say_error("join", pthread_join(main_thread, &result));
	say_whether("main cancelled", result == PTHREAD_CANCELED);
	return unused;
}

static void be_cancelled(bool at_once)
{
	pthread_t thread;

	main_thread = pthread_self();
	pthread_cleanup_push(clean_up, "main");
	must("pthread_create", -pthread_create(&thread, NULL, cancel_main, NULL));
	if (at_once) {
		pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
		pthread_mutex_lock(&mutex);
	} else {
		for (;;)
			pause();
	}
	puts("main goes on");
	pthread_cleanup_pop(0);
}

static int deferred(void *unused)
{
	(void)unused;
	be_cancelled(false);
	return 1;
}

static int asynchronous(void *unused)
{
	(void)unused;
	be_cancelled(true);
	return 1;
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	must("pipe", pipe(ends));
	must("sem_init", sem_init(&is_there, 0, 0));
	cancel_in_handler();
	end_child(start_child(deferred, NULL));
	end_child(start_child(asynchronous, NULL));
	return 0;
}
