/*
 * Greenlets of three workers count. What the mutex guards is in order; with an argument they also count without it,
 * which ThreadSanitizer must report. See scripts/sanitize.
 */
#include <greenload.h>
#include <pthread.h>
#include <stdbool.h>

enum { WORKERS = 3, GREENLETS = 4, ROUNDS = 200 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int guarded, unguarded;
static bool races;

static void *count(void *unused)
{
	int i, before;

	for (i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&mutex);
		before = guarded;
		green_yield();
		guarded = before + 1;
		pthread_mutex_unlock(&mutex);
		if (races)
			unguarded++;
		green_yield();
	}
	return unused;
}

static void *work(void *unused)
{
	green_t *g[GREENLETS];
	int i;

	for (i = 0; i < GREENLETS; i++)
		g[i] = green_spawn(count, NULL);
	for (i = 0; i < GREENLETS; i++)
		green_join(g[i], -1, NULL);
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t threads[WORKERS];
	int i;

	(void)argv;
	races = argc > 1;
	for (i = 0; i < WORKERS; i++) {
		if (pthread_create(&threads[i], NULL, work, NULL) != 0)
			return 2;
	}
	for (i = 0; i < WORKERS; i++)
		pthread_join(threads[i], NULL);
	return guarded == WORKERS * GREENLETS * ROUNDS ? 0 : 1;
}
