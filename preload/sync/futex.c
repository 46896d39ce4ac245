/*
 * The raw futex call, by which the locks of Rust, of C++ and of other runtimes without libc's locks wait. A greenlet
 * waits for a private futex in the parking lot, and for one that other processes may wake in the kernel, on an offload
 * thread. OS threads always wait in the kernel. So a wake looks in both places, in the parking lot first.
 */
#include "futex.h"
#include "fair_queue.h"
#include "futex_pi.h"
#include "futex_proxy.h"
#include "mapping.h"
#include "preload/core/deadline.h"
#include "preload/core/stats.h"
#include "raw.h"
#include "runtime/sys/user_memory.h"
#include "shared_futex.h"
#include <limits.h>

static long ask_kernel(const struct futex *f)
{
	return libc.syscall(SYS_futex, f->word, f->op, f->value, f->limit, f->other, f->value3);
}

/*
 * Only private futexes use the parking lot. Not every program that shares with no other process says so: the guards of
 * C++'s static variables are waited for without the flag. At the start of a wait, the look-up is worth its cost.
 */
static bool is_private(const struct futex *f)
{
	return f->op & FUTEX_PRIVATE_FLAG || !is_in_shared_mapping(f->word);
}

static bool is_aligned(const uint32_t *word)
{
	return (uintptr_t)word % sizeof(*word) == 0;
}

/* The error that the kernel returns for an invalid limit; 0: it is valid. */
static int refusal_of(const struct timespec *limit)
{
	if (!is_readable_time(limit))
		return EFAULT;
	return is_span(limit) ? 0 : EINVAL;
}

/* No library that fakes the time changes the clock of a raw system call, so this uses the kernel's clock. */
static void deadline_by_kernel(clockid_t clock, const struct timespec *at, struct wait_options *until)
{
	struct timespec t;
	nanos now, then = nanos_of(at);

	kernel_clock(clock, &t);
	now = nanos_of(&t);
	until->deadline = then > now ? nanos_add(clock_now(), then - now) : 0;
}

/* A negative time is refused, unlike in POSIX's timed calls. FUTEX_WAIT takes a span, FUTEX_WAIT_BITSET a time. */
static int note_limit(const struct futex *f, struct wait_options *until)
{
	const struct timespec *limit = (const struct timespec *)f->limit;
	int error = limit ? refusal_of(limit) : 0;

	if (!limit || error)
		return error;
	if ((f->op & FUTEX_CMD_MASK) == FUTEX_WAIT)
		until->deadline = nanos_add(clock_now(), nanos_of(limit));
	else
		deadline_by_kernel(f->op & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC, limit, until);
	return 0;
}

static int wait_once(const struct futex *f, uint32_t bits, const struct wait_options *until)
{
	if (!is_private(f))
		return wait_in_kernel(CALL_syscall, f->word, f->value, bits, until);
	stats_parked(CALL_syscall);
	return parking_lot_wait_for(f->word, f->value, bits, until);
}

/*
 * A wait with a time limit does not restart after a signal, see signal(7). A kill does not end the wait: code that
 * waits for a lock does not expect kills.
 */
static long wait_greenly(const struct futex *f, uint32_t bits)
{
	struct wait_options until = {.deadline = FOR_EVER, .on_signal = f->limit ? SIGNAL_ENDS : SIGNAL_RESTARTS};
	int before = errno, error = note_limit(f, &until);

	if (error)
		return with_errno(-error);
	if (!bits || !is_aligned(f->word))
		return with_errno(-EINVAL);
	if (!is_readable(f->word))
		return with_errno(-EFAULT);
	error = wait_once(f, bits, &until);
	if (error == ECANCELED) {
		until.uninterruptible = true;
		error = wait_once(f, bits, &until);
	}
	errno = before;
	return with_errno(-error);
}

/* Uses the same option as the condition variables: which call of the family is asked makes no difference. */
static long wait_for(const struct futex *f, uint32_t bits)
{
	bool is_odd = (f->op & FUTEX_CMD_MASK) == FUTEX_WAIT && f->op & FUTEX_CLOCK_REALTIME;

	if (!self || is_odd || waits_natively(CALL_pthread_cond_wait))
		return ask_kernel(f);
	return wait_greenly(f, bits);
}

/* The kernel wakes one waiter even if it is told to wake none. */
static int at_least_one(uint32_t count)
{
	return (int)count < 1 ? 1 : (int)count;
}

/* Adds the number woken in the kernel to those woken before; an error of the kernel's does not undo the latter. */
static long and_in_kernel(const struct futex *rest, long woken)
{
	int before = errno;
	long more = ask_kernel(rest);

	if (more >= 0)
		return woken + more;
	if (!woken)
		return more;
	errno = before;
	return woken;
}

static long wake_for(const struct futex *f, uint32_t bits)
{
	int count = at_least_one(f->value), woken;
	struct futex rest = *f;

	if (!any_hub() || f->op & FUTEX_CLOCK_REALTIME || !is_aligned(f->word))
		return ask_kernel(f);
	woken = parking_lot_wake_for(f->word, count, bits);
	if (woken == count)
		return woken;
	rest.value = (uint32_t)(count - woken);
	return and_in_kernel(&rest, woken);
}

/*
 * Requeues the waiters in the kernel, too. If the word has changed since, they are woken instead: a spurious wake-up is
 * allowed, a lost one is not.
 */
static long requeue_in_kernel(const struct futex *f, const struct requeued *most, const struct requeued *done)
{
	int in_lot = done->woken + done->moved;
	struct futex rest = *f;

	rest.value = (uint32_t)(most->woken - done->woken);
	rest.limit = most->moved - done->moved;
	if (!in_lot || __atomic_load_n(f->word, __ATOMIC_SEQ_CST) == f->value3 ||
	    (f->op & FUTEX_CMD_MASK) == FUTEX_REQUEUE)
		return and_in_kernel(&rest, in_lot);
	rest.op = FUTEX_WAKE_PRIVATE;
	rest.value = (uint32_t)nanos_add(rest.value, (nanos)rest.limit);
	return and_in_kernel(&rest, in_lot);
}

static long requeue(const struct futex *f)
{
	const struct requeued most = {(int)f->value, (int)f->limit};
	bool compares = (f->op & FUTEX_CMD_MASK) == FUTEX_CMP_REQUEUE;
	struct requeued count = most;

	if (!any_hub() || f->op & FUTEX_CLOCK_REALTIME || most.woken < 0 || most.moved < 0 || !is_aligned(f->word) ||
	    !is_aligned(f->other) || !is_readable(f->word))
		return ask_kernel(f);
	if (parking_lot_requeue(f->word, compares ? &f->value3 : NULL, f->other, &count))
		return with_errno(-EAGAIN);
	return requeue_in_kernel(f, &most, &count);
}

/*
 * Only the kernel knows if the second word's waiters are to be woken: those in the parking lot are woken, and check
 * again.
 */
static long wake_and_operate(const struct futex *f)
{
	long woken = ask_kernel(f);

	if (woken < 0 || !any_hub())
		return woken;
	return woken + parking_lot_wake(f->word, at_least_one(f->value)) +
	       parking_lot_wake(f->other, at_least_one((uint32_t)f->limit));
}

/* False for an invalid call, which the kernel is to refuse. */
static bool is_right(const struct futex *f)
{
	return any_hub() && is_aligned(f->word) && is_readable(f->word);
}

/* The kernel does the calls on futexes that other processes share. */
static long ask_about_shared(const struct futex *f, const struct wait_options *until)
{
	return needs_known_id(f->word) ? ask_with_known_id(f, until) : ask_kernel(f);
}

/* FUTEX_LOCK_PI uses CLOCK_REALTIME without a flag. A signal does not end it. */
static int note_time(const struct futex *f, struct wait_options *until)
{
	const struct timespec *limit = (const struct timespec *)f->limit;
	bool is_real = (f->op & FUTEX_CMD_MASK) == FUTEX_LOCK_PI || f->op & FUTEX_CLOCK_REALTIME;
	int error = limit ? refusal_of(limit) : 0;

	*until = (struct wait_options){.deadline = FOR_EVER, .uninterruptible = true};
	if (!limit || error)
		return error;
	deadline_by_kernel(is_real ? CLOCK_REALTIME : CLOCK_MONOTONIC, limit, until);
	return 0;
}

static long take_pi(const struct futex *f)
{
	struct wait_options until;
	int error;

	if (!is_right(f))
		return ask_kernel(f);
	error = note_time(f, &until);
	if (error)
		return with_errno(-error);
	return is_private(f) ? with_errno(-lock_pi(f->word, &until)) : ask_about_shared(f, &until);
}

/* FUTEX_TRYLOCK_PI and FUTEX_UNLOCK_PI. */
static long do_with_pi(const struct futex *f, int (*ours)(uint32_t *word))
{
	if (!is_right(f))
		return ask_kernel(f);
	return is_private(f) ? with_errno(-ours(f->word)) : ask_about_shared(f, NULL);
}

/* FUTEX_WAIT_REQUEUE_PI: waits on one futex and wakes up with another. */
static long wait_and_take_pi(const struct futex *f)
{
	struct wait_options until;
	int error;

	if (!is_right(f) || f->word == f->other || !is_aligned(f->other) || !is_readable(f->other))
		return ask_kernel(f);
	error = note_time(f, &until);
	if (error)
		return with_errno(-error);
	if (!is_private(f))
		return ask_about_shared(f, NULL);
	return with_errno(-wait_and_lock_pi(f->word, f->value, f->other, &until));
}

/*
 * One waiter more than the number is moved: the first, which gets the other futex, now if it is free. Waiters that
 * began before there were greenlets are in the kernel.
 */
static long requeue_to_pi(const struct futex *f)
{
	struct requeued count = {0, (int)f->limit == INT_MAX ? INT_MAX : (int)f->limit + 1};
	const struct requeued most = count;
	struct futex rest = *f;

	if (!is_right(f) || f->value != 1 || (int)f->limit < 0 || f->word == f->other || !is_aligned(f->other) ||
	    !is_private(f))
		return ask_kernel(f);
	if (parking_lot_requeue(f->word, &f->value3, f->other, &count))
		return with_errno(-EAGAIN);
	if (count.moved)
		give_turn(f->other);
	if (count.moved == most.moved)
		return count.moved;
	rest.limit = most.moved - count.moved - 1;
	return and_in_kernel(&rest, count.moved);
}

static long do_what_is_asked(const struct futex *f)
{
	switch (f->op & FUTEX_CMD_MASK) {
	case FUTEX_WAIT:
		return wait_for(f, FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAIT_BITSET:
		return wait_for(f, f->value3);
	case FUTEX_WAKE:
		return wake_for(f, FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAKE_BITSET:
		return f->value3 ? wake_for(f, f->value3) : ask_kernel(f);
	case FUTEX_REQUEUE:
	case FUTEX_CMP_REQUEUE:
		return requeue(f);
	case FUTEX_WAKE_OP:
		return wake_and_operate(f);
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
		return take_pi(f);
	case FUTEX_TRYLOCK_PI:
		return do_with_pi(f, trylock_pi);
	case FUTEX_UNLOCK_PI:
		return do_with_pi(f, unlock_pi);
	case FUTEX_WAIT_REQUEUE_PI:
		return wait_and_take_pi(f);
	case FUTEX_CMP_REQUEUE_PI:
		return requeue_to_pi(f);
	default:
		return ask_kernel(f);
	}
}

long raw_futex(long word, long op, long value, long limit, long other, long value3)
{
	struct futex f = {(uint32_t *)word, (int)op, (uint32_t)value, limit, (uint32_t *)other, (uint32_t)value3};
	long result = do_what_is_asked(&f);

	let_urgent_run();
	return result;
}
