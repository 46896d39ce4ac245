/*
 * parked_threads COUNT: what each of many threads costs that are asleep: resident memory, and with it what the kernel
 * keeps for them; run natively and preloaded. The kernel tells its share for the whole machine only.
 */
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

static void start_threads(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		pthread_t t;
		int error = pthread_create(&t, NULL, stay_asleep, NULL);

		if (error)
			errx(1, "pthread_create: %s", strerror(error));
	}
	for (size_t i = 0; i < count; i++)
		sem_wait(&started);
}

int main(int argc, char **argv)
{
	size_t count = number_argument(argc, argv, 1, "count");
	double resident, kernels;

	sem_init(&started, 0, 0);
	resident = resident_bytes();
	kernels = settled_kernel_bytes();
	start_threads(count);
	resident = resident_bytes() - resident;
	kernels = kernel_bytes() - kernels;
	print_figure("resident", resident / (double)count, "B");
	print_figure("memory", (resident + kernels) / (double)count, "B");
	return 0;
}
