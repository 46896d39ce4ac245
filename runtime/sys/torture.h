/*
 * What the torture build (make torture, -DTORTURE) does to give bugs a chance. In the ordinary build all of it is
 * nothing.
 */
#ifndef RUNTIME_SYS_TORTURE_H
#define RUNTIME_SYS_TORTURE_H

#include <stdbool.h>
#include <stddef.h>

#ifdef TORTURE

/* True once in n times. */
bool torture_strikes(unsigned n);

/* Something between 1 and count: the size of a transfer that is cut short. 0 stays 0. */
size_t torture_cut(size_t count);

#else

static inline bool torture_strikes(unsigned n)
{
	(void)n;
	return false;
}

static inline size_t torture_cut(size_t count)
{
	return count;
}

#endif
#endif
