/* So many threads alive at once, each of which waits for the last: prints how many there were. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int alive, wanted;

static void *wait_for_all(void *unused)
{
	pthread_mutex_lock(&mutex);
	if (++alive == wanted)
		pthread_cond_broadcast(&changed);
	while (alive < wanted)
		pthread_cond_wait(&changed, &mutex);
	pthread_mutex_unlock(&mutex);
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t *threads;
	int i, error;

	wanted = argc > 1 ? atoi(argv[1]) : 0;
	threads = calloc((size_t)wanted + 1, sizeof(*threads));
	for (i = 0; i < wanted; i++) {
		error = pthread_create(&threads[i], NULL, wait_for_all, NULL);
		if (error) {
			printf("thread %d: %s\n", i, strerror(error));
			return 3;
		}
	}
	for (i = 0; i < wanted; i++)
		pthread_join(threads[i], NULL);
	printf("%d threads at once\n", alive);
	return 0;
}
