/* Time as the runtime counts it: nanoseconds of the kernel's CLOCK_MONOTONIC. */
#ifndef RUNTIME_SYS_CLOCK_H
#define RUNTIME_SYS_CLOCK_H

#include <stdint.h>
#include <time.h>

typedef uint64_t nanos;

#define FOR_EVER       UINT64_MAX
#define NANOS_PER_SEC  1000000000ull
#define NANOS_PER_MSEC 1000000ull
#define NANOS_PER_USEC 1000ull

/* Any OS thread may be the first to look it up. */
extern int (*kernel_clock_function)(clockid_t clock, struct timespec *t) __attribute__((visibility("hidden")));

/*
 * The kernel's clock_gettime: from the vdso, else by a system call; never libc's symbol, which others may define.
 * Returns 0 or -errno. May be called anywhere.
 */
static inline int kernel_clock(clockid_t clock, struct timespec *t)
{
	return __atomic_load_n(&kernel_clock_function, __ATOMIC_RELAXED)(clock, t);
}

static inline nanos clock_now(void)
{
	struct timespec t;

	kernel_clock(CLOCK_MONOTONIC, &t);
	return (nanos)t.tv_sec * NANOS_PER_SEC + (nanos)t.tv_nsec;
}

/* The sum, or FOR_EVER where it does not fit. */
static inline nanos nanos_add(nanos a, nanos b)
{
	return a < FOR_EVER - b ? a + b : FOR_EVER;
}

/* The span of a valid timespec. */
static inline nanos nanos_of(const struct timespec *t)
{
	return (nanos)t->tv_sec >= FOR_EVER / NANOS_PER_SEC ? FOR_EVER
							    : (nanos)t->tv_sec * NANOS_PER_SEC + (nanos)t->tv_nsec;
}

static inline struct timespec timespec_of(nanos t)
{
	return (struct timespec){(time_t)(t / NANOS_PER_SEC), (long)(t % NANOS_PER_SEC)};
}

/* From now on; 0 where the deadline has passed. */
static inline nanos nanos_until(nanos deadline)
{
	nanos now = clock_now();

	return deadline > now ? deadline - now : 0;
}

/*
 * The deadline that lies this many seconds ahead; FOR_EVER for a negative number, and for NaN: a caller may look for
 * that afterwards. No conversion of NaN to an integer may come before: a compiler concludes that there is no NaN.
 */
static inline nanos deadline_after(double seconds)
{
	if (!(seconds >= 0))
		return FOR_EVER;
	return nanos_add(clock_now(), seconds < 9e9 ? (nanos)(seconds * 1e9) : FOR_EVER);
}

#endif
