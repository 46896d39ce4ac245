/*
 * Preloaded beside the library: gives a program that knows nothing of greenlets company, so that what it calls parks.
 * The one that keeps it company would stand still if a call of the program's blocked the OS thread.
 */
#include "greenload.h"

static void *tick(void *unused)
{
	while (green_sleep(0.001) == 0)
		;
	return unused;
}

__attribute__((constructor)) static void keep_company(void)
{
	green_detach(green_spawn(tick, NULL));
}
