/* parked_greenlets COUNT: resident memory for each of many greenlets that are asleep, everything included. */
#include "resident.h"
#include <greenload.h>
#include <unistd.h>

static size_t started;

static void *stay_asleep(void *arg)
{
	started++;
	sleep(3600);
	return arg;
}

int main(int argc, char **argv)
{
	size_t count = number_argument(argc, argv, 1, "count");
	double before = resident_bytes();

	for (size_t i = 0; i < count; i++)
		if (!green_spawn(stay_asleep, NULL))
			err(1, "green_spawn");
	while (started < count)
		green_yield();
	print_figure("resident", (resident_bytes() - before) / (double)count, "B");
	return 0;
}
