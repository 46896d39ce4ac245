/*
 * Threads of a program that a sanitizer of the compiler's watches: they lock, allocate, throw nothing away, and some
 * still wait as the program ends, each with memory that only it has a pointer to.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORKERS = 20, SLEEPERS = 10, ROUNDS = 200 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static size_t total;
static int asleep;

static void *work(void *arg)
{
	for (size_t i = 1; i <= ROUNDS; i++) {
		char *text = malloc(i);

		memset(text, 'a', i);
		if (i % 50 == 0)
			usleep(1000);
		pthread_mutex_lock(&mutex);
		total += (size_t)(text[i - 1] == 'a');
		pthread_mutex_unlock(&mutex);
		free(text);
	}
	return arg;
}

static void *wait_for_ever(void *arg)
{
	char *volatile mine = strdup("mine alone");

	pthread_mutex_lock(&mutex);
	asleep++;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&mutex);
	pause();
	free(mine);
	return arg;
}

static pthread_t start(void *(*run)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, NULL) != 0)
		abort();
	return thread;
}

int main(void)
{
	pthread_t workers[WORKERS];

	for (int i = 0; i < SLEEPERS; i++)
		pthread_detach(start(wait_for_ever));
	for (int i = 0; i < WORKERS; i++)
		workers[i] = start(work);
	for (int i = 0; i < WORKERS; i++)
		pthread_join(workers[i], NULL);
	pthread_mutex_lock(&mutex);
	while (asleep < SLEEPERS)
		pthread_cond_wait(&changed, &mutex);
	pthread_mutex_unlock(&mutex);
	printf("%zu rounds, %d asleep\n", total, asleep);
	return 0;
}
