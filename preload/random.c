/* getrandom waits only in the first moments of the system. It is a cancellation point. */
#include "blocking.h"

ssize_t getrandom(void *bytes, size_t count, unsigned flags)
{
	act_on_cancellation(CALL_getrandom);
	return libc.getrandom(bytes, count, flags);
}
