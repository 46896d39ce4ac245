/* One producer and three consumers by a queue that holds two; closing it ends them. */
#include <greenload.h>
#include <stdio.h>

static green_queue_t *queue;
static int sum;

static void *produce(void *unused)
{
	int i;

	for (i = 1; i <= 30; i++)
		green_queue_put(queue, &i, -1);
	green_queue_close(queue);
	return unused;
}

static void *consume(void *unused)
{
	int i;

	while (green_queue_get(queue, &i, -1) == 0) {
		green_sleep(0.03); /* it takes a while to use it */
		sum += i;
	}
	return unused;
}

int main(void)
{
	queue = green_queue_new(sizeof(int), 2);
	green_t *list[] = {green_spawn(produce, NULL), green_spawn(consume, NULL), green_spawn(consume, NULL),
	    green_spawn(consume, NULL)};

	if (green_gather(list, 4, -1, NULL) < 0)
		return 1;
	printf("consumed %d\n", sum);
	return green_queue_free(queue) < 0;
}
