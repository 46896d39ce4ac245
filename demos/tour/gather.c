/* Results in the order of the arguments, however long each takes. */
#include <greenload.h>
#include <stdint.h>
#include <stdio.h>

static void *fetch(void *tenths)
{
	green_sleep((double)(intptr_t)tenths / 10);
	return tenths;
}

int main(void)
{
	void *results[4];
	green_t *list[4];
	intptr_t i;

	for (i = 0; i < 4; i++)
		list[i] = green_spawn(fetch, (void *)(4 - i));
	if (green_gather(list, 4, -1, results) < 0)
		return 1;
	for (i = 0; i < 4; i++)
		printf("result %ld: %ld\n", (long)i, (long)(intptr_t)results[i]);
	return 0;
}
