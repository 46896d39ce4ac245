/* generator SENDS: the time to send a value to a generator and get one back. */
#include "bench.h"
#include <greenload.h>

static void *add_up(green_gen_t *gen, void *arg)
{
	uintptr_t sum = 0;
	void *sent;

	(void)arg;
	while (green_gen_yield(gen, (void *)sum, &sent) == 0)
		sum += (uintptr_t)sent;
	return NULL;
}

int main(int argc, char **argv)
{
	size_t i, sends = number_argument(argc, argv, 1, "sends");
	green_gen_t *gen = green_gen_new(add_up, NULL);
	uint64_t begun;
	void *sum;

	if (!gen || green_gen_next(gen, &sum) < 0)
		err(1, "green_gen_new");
	begun = now();
	for (i = 0; i < sends; i++)
		green_gen_send(gen, (void *)i, &sum);
	print_figure("send", (double)(now() - begun) / (double)sends, "ns");
	if ((uintptr_t)sum != sends * (sends - 1) / 2)
		errx(1, "the sum is wrong");
	green_gen_close(gen);
	return 0;
}
