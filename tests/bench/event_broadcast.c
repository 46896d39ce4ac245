/* event_broadcast WAITERS: from the setting of an event until all who waited for it run; the time of each. */
#include "bench.h"
#include <greenload.h>

static green_event_t *event;
static size_t waiting, woken, waiters;
static uint64_t ended;

static void *wait_for_event(void *unused)
{
	waiting++;
	if (green_event_wait(event, -1) < 0)
		err(1, "green_event_wait");
	if (++woken == waiters)
		ended = now();
	return unused;
}

int main(int argc, char **argv)
{
	uint64_t begun;

	waiters = number_argument(argc, argv, 1, "waiters");
	event = green_event_new();
	for (size_t i = 0; i < waiters; i++) {
		green_t *g = green_spawn(wait_for_event, NULL);

		if (!g)
			err(1, "green_spawn");
		green_detach(g);
	}
	while (waiting < waiters)
		green_yield();
	begun = now();
	green_event_set(event);
	while (woken < waiters)
		green_yield();
	print_figure("broadcast", (double)(ended - begun) / 1e3 / (double)waiters, "us");
	return 0;
}
