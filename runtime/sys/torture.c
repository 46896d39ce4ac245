#include "torture.h"

#ifdef TORTURE

#include <stdatomic.h>
#include <stdint.h>

/* xorshift64*, S. Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled". */
static uint32_t next_random(void)
{
	static _Atomic uint64_t state = 88172645463325252ull;
	uint64_t x = atomic_load(&state);

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	atomic_store(&state, x);
	return (uint32_t)((x * 2685821657736338717ull) >> 32);
}

bool torture_strikes(unsigned n)
{
	return next_random() % n == 0;
}

size_t torture_cut(size_t count)
{
	return count > 1 ? 1 + next_random() % count : count;
}

#else

/* A translation unit must hold something. */
extern int torture_is_off;

#endif
