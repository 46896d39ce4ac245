/*
 * Calls by which an OS thread goes to namespaces of its own, or to those of others. Natively, the calls that it makes
 * thereafter are made there: so must be those that helpers make for it.
 */
#include "../runtime/offload_hub.h"
#include "../runtime/ring.h"
#include "blocking.h"
#include <sched.h>

static int moved(int result)
{
	if (result == 0 && self) {
		offload_renew();
		ring_stays_behind();
	}
	return result;
}

int unshare(int flags)
{
	return moved(libc.unshare(flags));
}

int setns(int fd, int type)
{
	return moved(libc.setns(fd, type));
}
