/*
 * Two threads that each hold what the other wants, and a third that waits for somebody to post; main waits for all.
 * Arguments: `handler`, a signal could be handled; `quit`, SIGQUIT is; `sleep`, main sleeps all the while; `sync`,
 * something was written to the disk before, for which the kernel or we may keep a thread.
 */
#include "tests/programs/say.h"
#include <pthread.h>
#include <semaphore.h>

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;
static sem_t never;

void *lock_both(void *first);
void *wait_for_post(void *unused);

void *lock_both(void *first)
{
	pthread_mutex_t *second = first == &one ? &other : &one;

	pthread_setname_np(pthread_self(), first == &one ? "one" : "other");
	pthread_mutex_lock(first);
	usleep(20000);
	pthread_mutex_lock(second);
	return NULL;
}

void *wait_for_post(void *unused)
{
	sem_wait(&never);
	return unused;
}

static void on_signal(int signo)
{
	if (signo == SIGQUIT)
		_exit(3);
}

static void obey(const char *argument)
{
	if (strcmp(argument, "handler") == 0)
		signal(SIGUSR1, on_signal);
	else if (strcmp(argument, "quit") == 0)
		signal(SIGQUIT, on_signal);
	else if (strcmp(argument, "sync") == 0)
		fsync(STDOUT_FILENO);
	else if (strcmp(argument, "sleep") == 0)
		for (;;)
			sleep(100);
}

int main(int argc, char **argv)
{
	pthread_t threads[3];
	int i;

	printf("%p %p %p\n", (void *)&one, (void *)&other, (void *)&never);
	fflush(stdout);
	sem_init(&never, 0, 0);
	pthread_create(&threads[0], NULL, lock_both, &one);
	pthread_create(&threads[1], NULL, lock_both, &other);
	pthread_create(&threads[2], NULL, wait_for_post, NULL);
	if (argc > 1)
		obey(argv[1]);
	for (i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
