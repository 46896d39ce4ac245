/* queue_pass COUNT: elements that one greenlet puts into a queue for 100 and another gets; the time of both together.
 */
#include "bench.h"
#include <greenload.h>

static size_t count;
static green_queue_t *queue;

static void *put_all(void *unused)
{
	for (size_t i = 0; i < count; i++) {
		if (green_queue_put(queue, &i, -1) < 0)
			err(1, "green_queue_put");
	}
	return unused;
}

static void *get_all(void *unused)
{
	size_t element;

	for (size_t i = 0; i < count; i++) {
		if (green_queue_get(queue, &element, -1) < 0 || element != i)
			err(1, "green_queue_get");
	}
	return unused;
}

int main(int argc, char **argv)
{
	green_t *both[2];
	uint64_t begun;

	count = number_argument(argc, argv, 1, "count");
	queue = green_queue_new(sizeof(size_t), 100);
	begun = now();
	both[0] = green_spawn(put_all, NULL);
	both[1] = green_spawn(get_all, NULL);
	if (!queue || !both[0] || !both[1] || green_gather(both, 2, -1, NULL) < 0)
		err(1, "greenlets");
	print_figure("queue_pass", (double)(now() - begun) / (double)count, "ns");
	return 0;
}
