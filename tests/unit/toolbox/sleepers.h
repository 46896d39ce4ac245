/* What the greenlets of a group do: they sleep, and count how many do at once. */
#ifndef SLEEPERS_H
#define SLEEPERS_H

#include "tests/unit/suite.h"
#include <stdint.h>

static green_group_t *group;
static int running, most;

static inline void *sleep_ms(void *ms)
{
	int answer;

	if (++running > most)
		most = running;
	answer = green_sleep((double)(intptr_t)ms / 1e3);
	running--;
	return answer < 0 ? green_fail(errno) : ms;
}

static inline void end_group(void)
{
	ck_assert_int_eq(green_group_free(group), 0);
}

#endif
