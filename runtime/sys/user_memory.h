/* Looking at the caller's memory before we read it ourselves: what the kernel cannot read is EFAULT, no fault of ours.
 */
#ifndef RUNTIME_SYS_USER_MEMORY_H
#define RUNTIME_SYS_USER_MEMORY_H

#include "arch.h"
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* On pages of the least size that there is. */
static inline bool is_on_page_of(const void *one, const void *other)
{
	return ((uintptr_t)one ^ (uintptr_t)other) < 4096;
}

/*
 * True when the kernel can read the word, eight bytes and aligned, that this address lies in: rt_sigprocmask(2) reads
 * its set before it finds that there is no such way to set it; only NULL is no set to it. Most callers have the word on
 * their stack: if that is ours too, no system call is needed. Leaves errno alone.
 */
static inline bool is_readable(const void *address)
{
	uintptr_t word = (uintptr_t)address & ~7ul;

	if (is_on_page_of(address, __builtin_frame_address(0)))
		return true;
	return word && raw_syscall(SYS_rt_sigprocmask, -1, (long)word, 0, 8, 0, 0) != -EFAULT;
}

/*
 * True when the kernel can write as many bytes there as a struct timespec has, by having it do so: the caller is to
 * write them anyway. Leaves errno alone.
 */
static inline bool is_writable(const void *address)
{
	return raw_syscall(SYS_clock_gettime, CLOCK_MONOTONIC, (long)address, 0, 0, 0, 0) == 0;
}

/* That all of it is readable. */
static inline bool is_readable_time(const struct timespec *t)
{
	return is_readable(&t->tv_sec) && (is_on_page_of(&t->tv_sec, &t->tv_nsec) || is_readable(&t->tv_nsec));
}

/* True for a set that the kernel would refuse to read; NULL is none. */
static inline bool is_wild_set(const sigset_t *set)
{
	return set && !is_readable(set);
}

#endif
