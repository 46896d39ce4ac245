/* Waiting for what another process may do: a word of memory that the kernel is to watch. */
#ifndef PRELOAD_SYNC_SHARED_FUTEX_H
#define PRELOAD_SYNC_SHARED_FUTEX_H

#include "preload/core/libc.h"
#include "runtime/sched/park.h"
#include <linux/futex.h>

/*
 * Parks the calling greenlet while an offload thread waits, as by FUTEX_WAIT_BITSET without FUTEX_PRIVATE_FLAG, for
 * word to be woken from value. Returns 0 when it was, EAGAIN if it holds another value, EFAULT, or ETIMEDOUT, EINTR,
 * ECANCELED as until says; no wake-up is lost then. If the kernel has no way to end such a wait (futex_waitv is
 * missing, or bits does not have all bits set), only the deadline ends it.
 */
int wait_in_kernel(enum call call, uint32_t *word, uint32_t value, uint32_t bits, const struct wait_options *until);

#endif
