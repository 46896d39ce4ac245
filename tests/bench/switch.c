/* switch GREENLETS SWITCHES: greenlets that yield in turn; the time of a switch. The reference is swapcontext.c. */
#include "bench.h"
#include <greenload.h>

static size_t greenlets, switches;
static size_t taken;
static uint64_t begun, ended;

/* The clock starts once every greenlet has had two turns. */
static void *take_turns(void *arg)
{
	(void)arg;
	while (taken < switches + 2 * greenlets) {
		if (taken == 2 * greenlets)
			begun = now();
		taken++;
		green_yield();
	}
	if (!ended)
		ended = now();
	return NULL;
}

int main(int argc, char **argv)
{
	green_t *first = NULL;

	greenlets = number_argument(argc, argv, 1, "greenlets");
	switches = number_argument(argc, argv, 2, "switches");
	for (size_t i = 0; i < greenlets; i++) {
		green_t *g = green_spawn(take_turns, NULL);

		if (!g)
			err(1, "green_spawn");
		if (!first)
			first = g;
	}
	if (green_join(first, -1, NULL) < 0)
		err(1, "green_join");
	print_figure("switch", (double)(ended - begun) / (double)switches, "ns");
	return 0;
}
