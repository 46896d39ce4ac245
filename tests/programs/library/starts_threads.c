/* Threads that a library starts in its constructor, before those of preloaded libraries have run. */
#include <pthread.h>
#include <threads.h>
#include <unistd.h>

int threads_started(void);

static int started;

static void *tick(void *unused)
{
	for (;;)
		usleep(10000);
	return unused;
}

static int tick_too(void *unused)
{
	tick(unused);
	return 0;
}

__attribute__((constructor)) static void start(void)
{
	pthread_t thread;
	thrd_t other;

	if (pthread_create(&thread, NULL, tick, NULL) == 0)
		started += pthread_detach(thread) == 0;
	if (thrd_create(&other, tick_too, NULL) == thrd_success)
		started += thrd_detach(other) == thrd_success;
}

int threads_started(void)
{
	return started;
}
