/* create_join COUNT: the time of pthread_create and pthread_join; the reference of spawn_join.c. */
#include "bench.h"
#include <pthread.h>
#include <string.h>

static void *do_nothing(void *arg)
{
	return arg;
}

static void create_and_join(size_t count)
{
	while (count-- > 0) {
		pthread_t t;
		int error = pthread_create(&t, NULL, do_nothing, NULL);

		if (!error)
			error = pthread_join(t, NULL);
		if (error)
			errx(1, "%s", strerror(error));
	}
}

int main(int argc, char **argv)
{
	size_t count = number_argument(argc, argv, 1, "count");
	uint64_t begun;

	create_and_join(count / 10 + 1);
	begun = now();
	create_and_join(count);
	print_figure("spawn_join", (double)(now() - begun) / (double)count, "ns");
	return 0;
}
