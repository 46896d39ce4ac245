/* parks: nanosleep clock_nanosleep */
/* syscall() with the numbers of the sleeping calls. Other than its wrapper, clock_nanosleep sets errno. */
#include "tests/programs/say.h"
#include <sys/syscall.h>

/* Of a span that a signal interrupts within 50 ms; a busy machine may take longer to go on, or count coarsely. */
static bool is_plausible(const struct timespec *left, const struct timespec *span)
{
	double seconds = (double)left->tv_sec + (double)left->tv_nsec / 1e9;

	return seconds > 1 && seconds <= (double)span->tv_sec + (double)span->tv_nsec / 1e9;
}

int main(void)
{
	struct timespec span = {0, 30000000}, bad = {0, -1}, left = {0, 0};
	double start = now();

	say("nanosleep", syscall(SYS_nanosleep, &span, NULL));
	say_waited("nanosleep", start, 30);
	start = now();
	say("clock_nanosleep", syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &span, NULL));
	say_waited("clock_nanosleep", start, 30);
	say("until the past", syscall(SYS_clock_nanosleep, CLOCK_REALTIME, TIMER_ABSTIME, &span, NULL));
	say("nanosleep refuses", syscall(SYS_nanosleep, &bad, NULL));
	say("clock_nanosleep refuses", syscall(SYS_clock_nanosleep, CLOCK_REALTIME, 0, &bad, NULL));
	say("wild", syscall(SYS_nanosleep, 16L, NULL));
	say("sched_yield", syscall(SYS_sched_yield));
	ring_every(50, SA_RESTART);
	span.tv_sec = 5;
	say("nanosleep interrupted", syscall(SYS_nanosleep, &span, &left));
	say_whether("plausible rest", is_plausible(&left, &span));
	say("clock_nanosleep interrupted", syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &span, &left));
	say_whether("plausible rest", is_plausible(&left, &span));
	stop_ringing();
	return 0;
}
