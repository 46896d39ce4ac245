/* hand_over COUNT: two threads take turns by a mutex and a condition variable; the time of one turn. */
#include "bench.h"
#include <pthread.h>
#include <string.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static size_t turns, left;

static void *take_turns(void *arg)
{
	size_t mine = (size_t)(intptr_t)arg;

	pthread_mutex_lock(&mutex);
	while (left > 0) {
		if (turns % 2 != mine) {
			pthread_cond_wait(&changed, &mutex);
			continue;
		}
		turns++;
		left--;
		pthread_cond_signal(&changed);
	}
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&mutex);
	return NULL;
}

static void hand_over(size_t count)
{
	pthread_t t[2];

	left = count;
	for (int i = 0; i < 2; i++) {
		int error = pthread_create(&t[i], NULL, take_turns, (void *)(intptr_t)i);

		if (error)
			errx(1, "pthread_create: %s", strerror(error));
	}
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
}

int main(int argc, char **argv)
{
	size_t count = number_argument(argc, argv, 1, "count");
	uint64_t begun;

	hand_over(count / 10 + 1);
	begun = now();
	hand_over(count);
	print_figure("turn", (double)(now() - begun) / (double)count, "ns");
	return 0;
}
