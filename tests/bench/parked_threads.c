/* parked_threads COUNT: the same of OS threads, without what the kernel keeps for each (some 30 KB more). */
#include "resident.h"
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <unistd.h>

static sem_t started;

static void *stay_asleep(void *arg)
{
	sem_post(&started);
	sleep(3600);
	return arg;
}

int main(int argc, char **argv)
{
	size_t count = number_argument(argc, argv, 1, "count");
	double before = resident_bytes();

	sem_init(&started, 0, 0);
	for (size_t i = 0; i < count; i++) {
		pthread_t t;
		int error = pthread_create(&t, NULL, stay_asleep, NULL);

		if (error)
			errx(1, "pthread_create: %s", strerror(error));
	}
	for (size_t i = 0; i < count; i++)
		sem_wait(&started);
	print_figure("resident", (resident_bytes() - before) / (double)count, "B");
	return 0;
}
