/* Waiting for what another process may do: a word of memory that the kernel is to watch. */
#ifndef PRELOAD_SYNC_SHARED_FUTEX_H
#define PRELOAD_SYNC_SHARED_FUTEX_H

#include "preload/core/libc.h"
#include "runtime/sched/park.h"
#include <linux/futex.h>

/*
 * Parks the calling greenlet while a helper OS thread waits, as by FUTEX_WAIT_BITSET without FUTEX_PRIVATE_FLAG, for
 * word to be woken from value. Returns 0 when it was, EAGAIN when it holds another value, EFAULT, or ETIMEDOUT, EINTR,
 * ECANCELED as until says; no wake-up is lost then. Where the kernel has no way to end such a wait (futex_waitv is
 * lacking, or bits are not all of them) only its deadline does.
 */
int wait_in_kernel(enum call call, uint32_t *word, uint32_t value, uint32_t bits, const struct wait_options *until);

#endif
