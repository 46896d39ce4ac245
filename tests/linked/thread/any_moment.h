/* Kills that come at any moment: before what is waited for has begun, while it begins, in the midst of it. */
#ifndef ANY_MOMENT_H
#define ANY_MOMENT_H

#include "tests/linked/expect.h"

/* Spawns it and kills it after a while that differs from round to round. */
static inline void kill_in_round(int round, green_fn *wait)
{
	green_t *g = must_spawn(wait, NULL);

	for (int n = round % 5; n > 0; n--)
		green_yield();
	if (round % 3)
		green_sleep(round % 7 * 0.0001);
	green_kill(g);
	must_join(g);
}

#endif
