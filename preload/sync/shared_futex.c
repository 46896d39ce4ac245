#include "shared_futex.h"
#include "arch.h"
#include "preload/core/stats.h"
#include "preload/core/syscall_numbers.h"
#include "runtime/offload/offload.h"
#include "runtime/sys/clock.h"
#include "runtime/sys/lock.h"
#include <stdatomic.h>

#define MOMENT (5 * NANOS_PER_MSEC)

struct kernel_wait {
	uint32_t *word;
	uint32_t value, bits;
	nanos deadline;
	_Atomic uint32_t cancelled; /* a futex of our own, waited for together with the other: it ends the wait */
	int error;
};

/* If both were woken, the kernel reports the last entry: then the wait counts as woken, not as cancelled. */
static long wait_for_either(struct kernel_wait *wait)
{
	struct futex_waitv both[] = {
	    {.uaddr = (uintptr_t)&wait->cancelled, .flags = FUTEX_32 | FUTEX_PRIVATE_FLAG},
	    {.val = wait->value, .uaddr = (uintptr_t)wait->word, .flags = FUTEX_32},
	};

	return raw_syscall(SYS_futex_waitv, (long)both, 2, 0, 0, 0, 0);
}

static void wait_cancellably(void *arg)
{
	struct kernel_wait *wait = arg;
	long result;

	do
		result = wait_for_either(wait);
	while (result == -EINTR);
	if (result == 1)
		wait->error = 0;
	else if (atomic_load(&wait->cancelled))
		wait->error = ECANCELED;
	else
		wait->error = (int)-result;
}

static void cancel(void *arg)
{
	struct kernel_wait *wait = arg;

	atomic_store(&wait->cancelled, 1);
	futex_wake(&wait->cancelled, 1);
}

static void wait_to_the_end(void *arg)
{
	struct kernel_wait *wait = arg;
	const struct timespec at = timespec_of(wait->deadline);
	long result;

	do
		result = raw_syscall(SYS_futex, (long)wait->word, FUTEX_WAIT_BITSET, (long)wait->value,
		    wait->deadline == FOR_EVER ? 0 : (long)&at, 0, (long)wait->bits);
	while (result == -EINTR);
	wait->error = (int)-result;
}

/* New in Linux 5.16; a sandbox may still refuse it. */
static bool can_wait_for_either(void)
{
	static _Atomic int answer; /* 0: not asked yet */

	if (!atomic_load(&answer))
		atomic_store(&answer, raw_syscall(SYS_futex_waitv, 0, 0, 0, 0, 0, 0) == -EINVAL ? 1 : -1);
	return atomic_load(&answer) > 0;
}

/*
 * No offload thread is available: the greenlet parks for a moment, and the caller then checks again, as after a
 * spurious wake-up.
 */
static int wait_a_moment(const uint32_t *word, uint32_t value, const struct wait_options *until)
{
	struct wait_options moment = *until;
	nanos next = nanos_add(clock_now(), MOMENT);
	int error;

	if (__atomic_load_n(word, __ATOMIC_SEQ_CST) != value)
		return EAGAIN;
	if (next < until->deadline)
		moment.deadline = next;
	error = park(&moment);
	return error == ETIMEDOUT && next < until->deadline ? 0 : error;
}

int wait_in_kernel(enum call call, uint32_t *word, uint32_t value, uint32_t bits, const struct wait_options *until)
{
	struct kernel_wait wait = {.word = word, .value = value, .bits = bits, .deadline = until->deadline};
	int error;

	stats_helped(call);
	if (bits != FUTEX_BITSET_MATCH_ANY || !can_wait_for_either()) {
		offload_wait(wait_to_the_end, &wait);
		return wait.error;
	}
	error = offload_cancellable(wait_cancellably, cancel, &wait, until);
	if (error == EAGAIN)
		return wait_a_moment(word, value, until);
	return wait.error == ECANCELED ? error : wait.error;
}
