/* The calls that wait for time to pass, and those that only yield. */
#include "preload/core/blocking.h"
#include "preload/core/deadline.h"
#include "preload/core/retry.h"
#include "preload/patch/sanitizers.h"
#include "raw.h"
#include "runtime/sys/memory.h"
#include "runtime/sys/user_memory.h"
#include <stdlib.h>
#include <sys/timerfd.h>

/* False for a time that libc is to refuse. */
static bool is_valid(const struct timespec *t)
{
	return is_readable_time(t) && is_span(t);
}

/* About what a sleep of zero takes in the kernel, because of its timer slack; the others can run meanwhile. */
#define TIMER_SLACK (20 * NANOS_PER_USEC)

/*
 * Parks until the deadline. Returns 0, EINTR or ECANCELED. A spurious wake-up does not end the wait. If the time is
 * over as well, the signal is not reported, as in the kernel.
 */
static int sleep_until(struct blocking *call)
{
	int error;

	if (call->until.deadline <= clock_now())
		call->until.deadline = nanos_add(call->until.deadline, TIMER_SLACK);
	do
		error = park_for(call);
	while (!error);
	if ((error == ETIMEDOUT || error == EINTR) && is_over(&call->until))
		error = 0;
	return error;
}

static int sleep_for(enum call name, const struct timespec *span, struct timespec *left)
{
	struct blocking call = blocking_until(name, FOR_EVER);
	int error;

	if (goes_native(&call) || !is_valid(span))
		return libc.nanosleep(span, left);
	call.until.deadline = deadline_of_span(nanos_of(span));
	error = sleep_until(&call);
	if (!error)
		return (int)settled(&call, 0);
	if (left && !is_readable_time(left))
		error = EFAULT;
	else if (left)
		*left = timespec_of(left_of_span(call.until.deadline));
	errno = error;
	return (int)settled(&call, -1);
}

int nanosleep(const struct timespec *span, struct timespec *left)
{
	return sleep_for(CALL_nanosleep, span, left);
}

/* The time left is rounded down to whole seconds, as in libc. */
unsigned int sleep(unsigned int seconds)
{
	struct timespec span = {.tv_sec = seconds}, left = {0};

	if (sleep_for(CALL_sleep, &span, &left) < 0)
		return (unsigned int)left.tv_sec;
	return 0;
}

int usleep(useconds_t usecs)
{
	struct timespec span = {usecs / 1000000, (long)(usecs % 1000000) * 1000};

	return sleep_for(CALL_usleep, &span, NULL);
}

/* Here -1 means an interruption and -2 any other failure. */
int thrd_sleep(const struct timespec *span, struct timespec *left)
{
	int before = errno, result = 0;

	if (sleep_for(CALL_thrd_sleep, span, left) < 0)
		result = errno == EINTR ? -1 : -2;
	errno = before;
	return result;
}

/* For clocks that may be set, or that do not stop with the machine: the kernel keeps the timer. */
static int open_timer(clockid_t clock, const struct timespec *at)
{
	struct itimerspec setting = {.it_value = *at};
	int fd = sys_timerfd_create(clock, TFD_CLOEXEC | TFD_NONBLOCK);

	if (!at->tv_sec && !at->tv_nsec)
		setting.it_value.tv_nsec = 1; /* zero would disarm it */
	if (fd >= 0 && sys_timerfd_settime(fd, TFD_TIMER_ABSTIME, &setting) != 0) {
		libc.close(fd);
		fd = -1;
	}
	return fd;
}

static int sleep_on_timer(struct blocking *call, int fd)
{
	struct pollfd entry = {.fd = fd, .events = POLLIN};
	int ready, woken = 1;

	while ((ready = poll_now(&entry, 1)) == 0 && woken > 0)
		woken = park_until_any(call, &entry, 1);
	fd_forget(fd);
	libc.close(fd);
	if (ready)
		return 0;
	return woken < 0 || nothing_came(call) ? errno : 0;
}

struct clock_sleep {
	clockid_t clock;
	int flags, error;
	struct timespec span;
};

static void sleep_natively(void *arg)
{
	struct clock_sleep *job = arg;

	job->error = libc.clock_nanosleep(job->clock, job->flags, &job->span, NULL);
}

/* No offload thread is available, and a native sleep here would block the other greenlets. */
static int sleep_by_looking(struct blocking *call, clockid_t clock, int flags, const struct timespec *span)
{
	struct timespec now = {0};
	nanos end = nanos_of(span), pause = 0;
	int error = 0;

	if (raw_syscall(SYS_clock_gettime, clock, (long)&now, 0, 0, 0, 0) < 0)
		return libc.clock_nanosleep(clock, flags, span, NULL);
	if (!(flags & TIMER_ABSTIME))
		end = nanos_add(nanos_of(&now), end);
	while (nanos_of(&now) < end && !error) {
		error = rest(call, &pause);
		raw_syscall(SYS_clock_gettime, clock, (long)&now, 0, 0, 0, 0);
	}
	return nanos_of(&now) < end ? error : 0;
}

/* For clocks of processor time, and those that have no timer. */
static int sleep_offloaded(struct blocking *call, clockid_t clock, int flags, const struct timespec *span)
{
	struct clock_sleep *job = memory_alloc(sizeof(*job));
	int error;

	if (!job)
		return ENOMEM;
	*job = (struct clock_sleep){.clock = clock, .flags = flags, .span = *span};
	if (!finishes_offloaded(call, sleep_natively, memory_free, job))
		return errno == EAGAIN ? sleep_by_looking(call, clock, flags, span) : errno;
	error = job->error;
	memory_free(job);
	return error;
}

static bool measures_spans_alike(clockid_t clock)
{
	return clock == CLOCK_MONOTONIC || clock == CLOCK_REALTIME || clock == CLOCK_BOOTTIME || clock == CLOCK_TAI;
}

static int sleep_by_clock(struct blocking *call, clockid_t clock, const struct timespec *at)
{
	int fd;

	if (measures_spans_alike(clock) && next_clock_is_foreign()) {
		call->until.deadline = nanos_add(clock_now(), span_until_time(clock, nanos_of(at)));
		return sleep_until(call);
	}
	if (clock == CLOCK_MONOTONIC) {
		call->until.deadline = nanos_of(at);
		return sleep_until(call);
	}
	fd = open_timer(clock, at);
	return fd >= 0 ? sleep_on_timer(call, fd) : sleep_offloaded(call, clock, TIMER_ABSTIME, at);
}

static int do_clock_nanosleep(clockid_t clock, int flags, const struct timespec *span, struct timespec *left)
{
	struct blocking call = blocking_until(CALL_clock_nanosleep, FOR_EVER);
	int error, before = errno;

	if (clock == CLOCK_THREAD_CPUTIME_ID || goes_native(&call) || !is_valid(span))
		return libc.clock_nanosleep(clock, flags, span, left); /* that clock is refused for any thread */
	if (flags & TIMER_ABSTIME) {
		error = sleep_by_clock(&call, clock, span);
	} else if (measures_spans_alike(clock)) {
		call.until.deadline = deadline_of_span(nanos_of(span));
		error = sleep_until(&call);
		if (error && left)
			*left = timespec_of(left_of_span(call.until.deadline));
	} else {
		error = sleep_offloaded(&call, clock, flags, span);
	}
	if (error == ECANCELED)
		act_on_cancellation(CALL_clock_nanosleep);
	errno = before;
	return error;
}

synonym(clock_nanosleep, do_clock_nanosleep);

/* The wrapper answers with the error number and leaves errno alone. */
long raw_clock_nanosleep(long clock, long flags, long span, long left, long e, long f)
{
	int error = do_clock_nanosleep(
	    (clockid_t)clock, (int)flags, (const struct timespec *)span, (struct timespec *)left);

	(void)e;
	(void)f;
	return with_errno(-error);
}

static int yield_for(const void *caller)
{
	struct blocking call = blocking_until(CALL_sched_yield, FOR_EVER);

	if (is_of_sanitizer(caller) || goes_native(&call))
		return libc.sched_yield();
	yield_now();
	end_if_cancelled_at_once();
	return (int)settled(&call, 0);
}

int sched_yield(void)
{
	return yield_for(__builtin_return_address(0));
}

void thrd_yield(void)
{
	yield_for(__builtin_return_address(0));
}

synonym(__nanosleep, nanosleep);
synonym(__sched_yield, sched_yield);

/* Headers map the name to sched_yield; libc keeps it for existing binaries. */
extern __typeof__(sched_yield) yield_by_old_name __asm__("pthread_yield") __attribute__((alias("sched_yield")))
ATTRIBUTES_OF(sched_yield);
