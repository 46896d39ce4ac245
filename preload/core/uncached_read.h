/* Files that can be read without waiting as far as they are in the page cache; an offload thread waits for the rest. */
#ifndef PRELOAD_CORE_UNCACHED_READ_H
#define PRELOAD_CORE_UNCACHED_READ_H

#include "blocking.h"
#include "runtime/sys/refusal.h"

/*
 * After goes_native() has returned true for a call on call->fd: true if read_uncached() is the way to make it. At the
 * file's own position that is so only if no other process or thread can move it. If preadv2 is refused, the state of
 * the page cache is unknown, and the call is made as it is.
 */
static inline bool may_be_uncached(const struct blocking *call, off_t position)
{
	uint32_t asked = FD_PLAIN | FD_NO_NOWAIT | (position < 0 ? FD_PRIVATE : 0);

	return (call->traits & asked) == (asked & ~(uint32_t)FD_NO_NOWAIT) && !was_refused(REFUSED_PREADV2);
}

/*
 * True if preadv2 (or pwritev2, as `which` says) is refused, as far as its failure with this errno value or an earlier
 * one shows; that is noted. Asks the kernel if the error may come from the file itself. Preserves errno.
 */
bool nowait_is_refused(enum refusal which, long error);

/* preadv2, with position -1 for the file's own; reads as much as preadv2 would. */
ssize_t read_uncached(struct blocking *call, const struct iovec *iov, int count, off_t position, int flags);

#endif
