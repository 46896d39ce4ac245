/* spawn_join COUNT: the time it takes to spawn a greenlet that does nothing, and to join it. */
#include "bench.h"
#include <greenload.h>

static void *do_nothing(void *arg)
{
	return arg;
}

static void spawn_and_join(size_t count)
{
	while (count-- > 0) {
		green_t *g = green_spawn(do_nothing, NULL);

		if (!g)
			err(1, "green_spawn");
		if (green_join(g, -1, NULL) < 0)
			err(1, "green_join");
	}
}

int main(int argc, char **argv)
{
	size_t count = number_argument(argc, argv, 1, "count");
	uint64_t begun;

	spawn_and_join(count / 10 + 1);
	begun = now();
	spawn_and_join(count);
	print_figure("spawn_join", (double)(now() - begun) / (double)count, "ns");
	return 0;
}
