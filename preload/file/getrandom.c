/*
 * getrandom waits only in the first moments of the system. It is a cancellation point where libc makes the system call;
 * from 2.41 on libc mostly makes none.
 */
#include "preload/core/blocking.h"
#include "runtime/glibc/layout.h"

ssize_t getrandom(void *bytes, size_t count, unsigned flags)
{
	if (!glibc.random)
		act_on_cancellation(CALL_getrandom);
	return libc.getrandom(bytes, count, flags);
}
