/* Producer and consumer by generator: the consumer says how it liked the last one. */
#include <greenload.h>
#include <stdint.h>
#include <stdio.h>

static void *bake(green_gen_t *gen, void *unused)
{
	intptr_t sugar = 1;
	void *verdict;

	while (green_gen_yield(gen, (void *)sugar, &verdict) == 0)
		sugar += (intptr_t)verdict;
	puts("the baker cleans up");
	return unused;
}

int main(void)
{
	green_gen_t *baker = green_gen_new(bake, NULL);
	void *cake, *verdict = NULL;

	while (green_gen_send(baker, verdict, &cake) > 0 && (intptr_t)cake != 5) {
		verdict = (void *)(intptr_t)((intptr_t)cake < 5 ? 2 : -1);
		printf("%ld spoons of sugar: %s\n", (long)(intptr_t)cake, (intptr_t)cake < 5 ? "more" : "less");
	}
	puts("5 spoons of sugar: delicious");
	return green_gen_close(baker) < 0;
}
