/* parks: clock_nanosleep */
/* clock_nanosleep on every clock, for a span and until a time, interrupted and refused. It leaves errno alone. */
#include "tests/programs/say.h"

static struct timespec ahead(clockid_t clock, long ms)
{
	struct timespec t;

	must("clock_gettime", clock_gettime(clock, &t));
	t.tv_nsec += ms % 1000 * 1000000;
	t.tv_sec += ms / 1000 + t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

static void sleep_on(const char *name, clockid_t clock)
{
	struct timespec until;
	double start = now();

	printf("%s\n", name);
	say_error("a span", clock_nanosleep(clock, 0, &(struct timespec){0, 30000000}, NULL));
	say_waited("a span", start, 30);
	start = now();
	until = ahead(clock, 40);
	say_error("until", clock_nanosleep(clock, TIMER_ABSTIME, &until, NULL));
	say_waited("until", start, 39);
	until = ahead(clock, -1000);
	say_error("until long ago", clock_nanosleep(clock, TIMER_ABSTIME, &until, NULL));
	say_error("the beginning of time", clock_nanosleep(clock, TIMER_ABSTIME, &(struct timespec){0, 0}, NULL));
}

static void interrupt(clockid_t clock)
{
	struct timespec left = {7, 7}, until = ahead(clock, 5000);

	ring_every(50, SA_RESTART);
	say_error("until, interrupted", clock_nanosleep(clock, TIMER_ABSTIME, &until, &left));
	say_whether("rest untouched", left.tv_sec == 7 && left.tv_nsec == 7);
	say_error("a span, interrupted", clock_nanosleep(clock, 0, &(struct timespec){5, 0}, &left));
	say_whether("plausible rest", left.tv_sec >= 3 && left.tv_sec <= 4 && left.tv_nsec > 0);
	stop_ringing();
}

int main(void)
{
	struct timespec *volatile wild = (struct timespec *)16;

	errno = 0;
	sleep_on("monotonic", CLOCK_MONOTONIC);
	sleep_on("realtime", CLOCK_REALTIME);
	sleep_on("boottime", CLOCK_BOOTTIME);
	interrupt(CLOCK_MONOTONIC);
	interrupt(CLOCK_REALTIME);

	say_error("no such clock", clock_nanosleep(999, 0, &(struct timespec){0, 1}, NULL));
	say_error(
	    "the thread's own CPU time", clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &(struct timespec){0, 1}, NULL));
	say_error("CPU time that has passed",
	    clock_nanosleep(CLOCK_PROCESS_CPUTIME_ID, TIMER_ABSTIME, &(struct timespec){0, 1}, NULL));
	say_error("bad span", clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){0, 1000000000}, NULL));
	say_error("bad time", clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &(struct timespec){-1, 0}, NULL));
	say_error("wild pointer", clock_nanosleep(CLOCK_MONOTONIC, 0, wild, NULL));
	say_error("errno", errno);
	return 0;
}
