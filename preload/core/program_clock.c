#include "program_clock.h"
#include "libc.h"
#include "runtime/sys/lock.h"
#include "runtime/sys/sys.h"
#include <gnu/libc-version.h>

#define SAMPLE    (5 * NANOS_PER_MSEC)
#define SAME_RATE 0.01

enum { REAL, MONOTONIC, CLOCKS };

_Atomic int next_clock_known = -1;

static double rates[CLOCKS]; /* the foreign clock's seconds relative to the kernel's */

static nanos next_now(clockid_t clock)
{
	struct timespec t = {0};
	int before = errno;

	libc_clock(clock, &t);
	errno = before;
	return nanos_of(&t);
}

static void look(nanos *at)
{
	at[REAL] = next_now(CLOCK_REALTIME);
	at[MONOTONIC] = next_now(CLOCK_MONOTONIC);
}

/*
 * A clock that stands still, or that advances when it is read, has no rate: spans are then the kernel's, as libfaketime
 * has it. A rate close to that of the kernel's clock is taken as equal.
 */
static double rate_of(nanos first, nanos second, nanos third, nanos passed)
{
	double rate = ((double)third - (double)second) / (double)passed;

	if (second - first > SAMPLE / 2 || rate < SAME_RATE || (rate > 1 - SAME_RATE && rate < 1 + SAME_RATE))
		return 1;
	return rate;
}

/* Measured once: a rate that the user changes later is not followed. */
static void measure(void)
{
	struct timespec pause = timespec_of(SAMPLE);
	nanos first[CLOCKS], second[CLOCKS], third[CLOCKS], began, passed;
	int i;

	look(first);
	look(second);
	began = clock_now();
	sys_nanosleep(&pause);
	look(third);
	passed = clock_now() - began;
	for (i = 0; i < CLOCKS; i++)
		rates[i] = rate_of(first[i], second[i], third[i], passed);
}

static bool is_of_libc(void *function)
{
	Dl_info its, libcs;

	return dladdr(function, &its) && dladdr((void *)gnu_get_libc_version, &libcs) &&
	       its.dli_fbase == libcs.dli_fbase;
}

bool next_clock_is_foreign(void)
{
	int known = atomic_load_explicit(&next_clock_known, memory_order_acquire);

	if (known >= 0)
		return known;
	known = libc_clock && !is_of_libc((void *)libc_clock);
	if (known)
		measure();
	atomic_store_explicit(&next_clock_known, known, memory_order_release);
	return known;
}

static nanos scaled(nanos span, double factor)
{
	double result = (double)span * factor;

	return factor == 1 || span == FOR_EVER ? span : result >= (double)FOR_EVER ? FOR_EVER : (nanos)result;
}

nanos span_by_kernel(nanos span)
{
	return next_clock_is_foreign() ? scaled(span, 1 / rates[REAL]) : span;
}

nanos span_by_next(nanos span)
{
	return next_clock_is_foreign() ? scaled(span, rates[REAL]) : span;
}

static nanos now_by(clockid_t clock)
{
	struct timespec now = {0};

	if (next_clock_is_foreign())
		return next_now(clock);
	kernel_clock(clock, &now);
	return nanos_of(&now);
}

nanos span_until_time(clockid_t clock, nanos time)
{
	nanos now = now_by(clock), span = time > now ? time - now : 0;

	return next_clock_is_foreign() ? scaled(span, 1 / rates[clock == CLOCK_MONOTONIC ? MONOTONIC : REAL]) : span;
}
