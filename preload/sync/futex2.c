/*
 * The newer futex calls: futex_waitv(2), whose waiter is in several wait queues at once, which only the kernel can do,
 * and futex_wake, futex_wait, futex_requeue, which do what futex(2) does.
 */
#include "arch.h"
#include "fair_queue.h"
#include "preload/core/stats.h"
#include "preload/core/syscall_numbers.h"
#include "raw.h"
#include "runtime/sys/lock.h"
#include "runtime/sys/user_memory.h"
#include <linux/futex.h>
#include <string.h>

/* Flags of the newer calls, as in <linux/futex.h> since 6.7. */
enum { WORD_OF_32_BITS = 2, KNOWN_FLAGS = WORD_OF_32_BITS | FUTEX_PRIVATE_FLAG };

#define MOMENT (5 * NANOS_PER_MSEC)

/* The last entry is for a futex of our own, by which the wait can be ended. */
struct wait {
	struct futex_waitv waiters[FUTEX_WAITV_MAX];
	unsigned count;
	const struct timespec *limit;
	clockid_t clock;
	_Atomic uint32_t cancelled;
	long result;
};

static void wait_in_kernel_for_many(void *arg)
{
	struct wait *wait = arg;

	do
		wait->result = raw_syscall(
		    SYS_futex_waitv, (long)wait->waiters, wait->count + 1, 0, (long)wait->limit, wait->clock, 0);
	while (wait->result == -EINTR && !atomic_load(&wait->cancelled));
}

static bool is_past(clockid_t clock, const struct timespec *limit)
{
	struct timespec now = {0};

	raw_syscall(SYS_clock_gettime, clock, (long)&now, 0, 0, 0, 0);
	return now.tv_sec > limit->tv_sec || (now.tv_sec == limit->tv_sec && now.tv_nsec >= limit->tv_nsec);
}

static void cancel(void *arg)
{
	struct wait *wait = arg;

	atomic_store(&wait->cancelled, 1);
	futex_wake(&wait->cancelled, 1);
}

/*
 * No offload thread is available: the greenlet parks for a moment and then reports a spurious wake-up, unless a value
 * has changed or the time is over.
 */
static long wait_a_moment(struct wait *wait, struct wait_options *until)
{
	static const struct timespec no_time;
	int error;

	until->deadline = nanos_add(clock_now(), MOMENT);
	error = park(until);
	wait->result = raw_syscall(
	    SYS_futex_waitv, (long)wait->waiters, wait->count, 0, (long)&no_time, CLOCK_MONOTONIC, 0);
	if (wait->result == -ETIMEDOUT && wait->limit && is_past(wait->clock, wait->limit))
		return with_errno(wait->result);
	if (wait->result == -ETIMEDOUT)
		wait->result = error == ETIMEDOUT ? 0 : -error;
	return with_errno(wait->result);
}

/* A kill does not end the wait. A signal ends it as it ends any wait in the kernel with or without a time limit. */
static long wait_for_many(struct wait *wait)
{
	const struct wait_options until = {
	    .deadline = FOR_EVER, .on_signal = wait->limit ? SIGNAL_ENDS : SIGNAL_RESTARTS};
	struct wait_options mine = but_not_by_kill(&until);
	int error;

	do {
		atomic_store(&wait->cancelled, 0);
		stats_helped(CALL_syscall);
		wait->result = wait->count;
		error = offload_cancellable(wait_in_kernel_for_many, cancel, wait, &mine);
		if (error == EAGAIN)
			return wait_a_moment(wait, &mine);
		mine.uninterruptible = true;
	} while (wait->result == wait->count && error == ECANCELED);
	if (wait->result == wait->count || wait->result == -EAGAIN)
		wait->result = error ? -error : wait->result;
	return with_errno(wait->result);
}

long raw_futex_waitv(long waiters, long count, long flags, long limit, long clock, long f)
{
	struct wait wait = {
	    .count = (unsigned)count, .limit = (const struct timespec *)limit, .clock = (clockid_t)clock};
	const struct futex_waitv *all = (const struct futex_waitv *)waiters;

	if (!self || waits_natively(CALL_pthread_cond_wait) || flags || count < 1 || count >= FUTEX_WAITV_MAX ||
	    !is_readable(all) || !is_readable((const char *)(all + count) - 1))
		return libc.syscall(SYS_futex_waitv, waiters, count, flags, limit, clock, f);
	memcpy(wait.waiters, all, (size_t)count * sizeof(*all));
	wait.waiters[count] = (struct futex_waitv){
	    .uaddr = (uintptr_t)&wait.cancelled, .flags = FUTEX_32 | FUTEX_PRIVATE_FLAG};
	return wait_for_many(&wait);
}

static bool is_usual(long flags, unsigned long mask)
{
	return (flags & ~KNOWN_FLAGS) == 0 && flags & WORD_OF_32_BITS && mask && mask <= UINT32_MAX;
}

static long with_flag(long op, long flags)
{
	return op | (flags & FUTEX_PRIVATE_FLAG);
}

long raw_futex_wake(long word, long mask, long count, long flags, long e, long f)
{
	if (!is_usual(flags, (unsigned long)mask) || count < 1)
		return libc.syscall(SYS_futex_wake, word, mask, count, flags, e, f);
	return raw_futex(word, with_flag(FUTEX_WAKE_BITSET, flags), count, 0, 0, mask);
}

long raw_futex_wait(long word, long value, long mask, long flags, long limit, long clock)
{
	long op = with_flag(FUTEX_WAIT_BITSET, flags) | (clock == CLOCK_REALTIME ? FUTEX_CLOCK_REALTIME : 0);

	if (!is_usual(flags, (unsigned long)mask) || !is_waitable((clockid_t)clock))
		return libc.syscall(SYS_futex_wait, word, value, mask, flags, limit, clock);
	return raw_futex(word, op, value, limit, 0, mask);
}

long raw_futex_requeue(long waiters, long flags, long woken, long moved, long e, long f)
{
	const struct futex_waitv *both = (const struct futex_waitv *)waiters;

	if (flags || !is_readable(both) || !is_readable((const char *)(both + 2) - 1) || !is_usual(both[0].flags, 1) ||
	    both[0].flags != both[1].flags)
		return libc.syscall(SYS_futex_requeue, waiters, flags, woken, moved, e, f);
	return raw_futex((long)both[0].uaddr, with_flag(FUTEX_CMP_REQUEUE, both[0].flags), woken, moved,
	    (long)both[1].uaddr, (long)both[0].val);
}
