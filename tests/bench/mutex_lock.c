/* mutex_lock COUNT: the time of a lock and unlock that nobody disputes, in a thread that is not alone. */
#include "bench.h"
#include <pthread.h>
#include <string.h>
#include <unistd.h>

static size_t count;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void lock_and_unlock(size_t times)
{
	while (times-- > 0)
		if (pthread_mutex_lock(&mutex) != 0 || pthread_mutex_unlock(&mutex) != 0)
			errx(1, "mutex");
}

static void *measure(void *unused)
{
	uint64_t begun;

	lock_and_unlock(count / 10 + 1);
	begun = now();
	lock_and_unlock(count);
	print_figure("lock_unlock", (double)(now() - begun) / (double)count, "ns");
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t t;
	int error;

	count = number_argument(argc, argv, 1, "count");
	error = pthread_create(&t, NULL, measure, NULL);
	if (!error)
		error = pthread_join(t, NULL);
	if (error)
		errx(1, "%s", strerror(error));
	return 0;
}
