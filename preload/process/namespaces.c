/*
 * Calls by which an OS thread moves to new namespaces, or to existing ones. Natively, its later calls are made there:
 * so must be those that offload threads make for it.
 */
#include "preload/core/blocking.h"
#include "runtime/io/ring.h"
#include "runtime/offload/offload_hub.h"
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
