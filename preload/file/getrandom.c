/*
 * getrandom waits only in the first moments after boot. It is a cancellation point if libc makes the system call; since
 * 2.41 libc mostly makes none.
 */
#include "preload/core/blocking.h"
#include "runtime/glibc/layout.h"

ssize_t getrandom(void *bytes, size_t count, unsigned flags)
{
	if (!glibc.random)
		act_on_cancellation(CALL_getrandom);
	return libc.getrandom(bytes, count, flags);
}
