/* A greenlet that counts while others wait: it shows that they do not hold it up. */
#ifndef TICKER_H
#define TICKER_H

#include "tests/linked/expect.h"

static bool stop;
static long ticks;

static inline void *tick(void *unused)
{
	while (!stop) {
		ticks++;
		green_sleep(0.001);
	}
	return unused;
}

#endif
