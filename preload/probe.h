/* Looking at the caller's memory before we read it ourselves: what the kernel cannot read is EFAULT, no fault of ours.
 */
#ifndef PROBE_H
#define PROBE_H

#include "arch.h"
#include <errno.h>
#include <stdbool.h>

/*
 * True when the kernel can read the eight bytes at this address: rt_sigprocmask(2) reads its set before it finds that
 * there is no such way to set it. Leaves errno alone.
 */
static inline bool is_readable(const void *eight_bytes)
{
	return raw_syscall(SYS_rt_sigprocmask, -1, (long)eight_bytes, 0, 8, 0, 0) != -EFAULT;
}

#endif
