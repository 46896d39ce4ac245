/* Results one by one, the first that is there first. */
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
	green_iwait_t *iwait;
	green_t *list[4], *g;
	void *value;
	intptr_t i;

	for (i = 0; i < 4; i++)
		list[i] = green_spawn(fetch, (void *)(4 - i));
	iwait = green_iwait(list, 4);
	while ((g = green_iwait_next(iwait, -1))) {
		green_join(g, 0, &value);
		printf("after 0.%ld s\n", (long)(intptr_t)value);
	}
	green_iwait_free(iwait);
	return 0;
}
