/* Three counters that each take a second, in one second. */
#include <greenload.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

static int total;

static void *count(void *to)
{
	intptr_t i;

	for (i = 0; i < (intptr_t)to; i++) {
		usleep((useconds_t)(1000000 / (intptr_t)to));
		total++;
	}
	printf("counted to %ld\n", (long)i);
	return NULL;
}

int main(void)
{
	green_t *list[3];

	/* They end one after the other, as the later ones begin later. */
	list[0] = green_spawn(count, (void *)5);
	list[1] = green_spawn_later(0.15, count, (void *)10);
	list[2] = green_spawn_later(0.3, count, (void *)20);
	if (green_gather(list, 3, -1, NULL) < 0)
		return 1;
	printf("%d in all\n", total);
	return 0;
}
