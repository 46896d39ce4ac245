/* naps_green MICROSECONDS COUNT: how long usleep takes in a greenlet, while two others wait for something else. */
#include "naps.h"
#include <greenload.h>

static size_t usec, count;

static void *nap(void *arg)
{
	print_figure("usleep", median_nap((useconds_t)usec, count), "us");
	return arg;
}

static void *sleep_long(void *arg)
{
	sleep(3600);
	return arg;
}

int main(int argc, char **argv)
{
	green_t *napper;

	usec = number_argument(argc, argv, 1, "microseconds");
	count = number_argument(argc, argv, 2, "count");
	napper = green_spawn(nap, NULL);
	if (!napper || !green_spawn(sleep_long, NULL))
		err(1, "green_spawn");
	if (green_join(napper, -1, NULL) < 0)
		err(1, "green_join");
	return 0;
}
