/* parks: nanosleep thrd_sleep */
/* nanosleep and thrd_sleep: whole, no time, bad arguments, and what remains of an interrupted one. */
#include "tests/programs/say.h"
#include <threads.h>

static void say_left(const char *what, const struct timespec *left)
{
	bool plausible = left->tv_sec >= 3 && left->tv_sec <= 4 && left->tv_nsec > 0 && left->tv_nsec < 1000000000;

	say_whether(what, plausible);
}

static void refuse(void)
{
	/* Known at run time only: or else the compiler itself objects. */
	struct timespec *volatile wild = (struct timespec *)16;

	say("negative seconds", nanosleep(&(struct timespec){-1, 0}, NULL));
	say("negative nanoseconds", nanosleep(&(struct timespec){0, -1}, NULL));
	say("a second of nanoseconds", nanosleep(&(struct timespec){0, 1000000000}, NULL));
	say("wild pointer", nanosleep(wild, NULL));
	say("thrd_sleep refuses", thrd_sleep(&(struct timespec){0, -1}, NULL) < -1);
}

static void interrupt(int flags)
{
	struct timespec left = {0, 0};

	ring_every(50, flags);
	say("interrupted", nanosleep(&(struct timespec){5, 0}, &left));
	say_left("plausible rest", &left);
	say("interrupted, rest unwanted", nanosleep(&(struct timespec){5, 0}, NULL));
	left = (struct timespec){5, 0};
	say("interrupted, rest in place", nanosleep(&left, &left));
	say_left("plausible rest", &left);
	say("thrd_sleep interrupted", thrd_sleep(&(struct timespec){5, 0}, &left) == -1);
	say_left("plausible rest", &left);
	stop_ringing();
}

int main(void)
{
	struct timespec left = {7, 7};
	double start = now();

	errno = 0;
	say("nanosleep", nanosleep(&(struct timespec){0, 50000000}, &left));
	say_waited("nanosleep", start, 50);
	say("errno", errno);
	say_whether("rest untouched", left.tv_sec == 7 && left.tv_nsec == 7);
	say("no time", nanosleep(&(struct timespec){0, 0}, NULL));
	say("a nanosecond", nanosleep(&(struct timespec){0, 1}, NULL));
	start = now();
	say("thrd_sleep", thrd_sleep(&(struct timespec){0, 50000000}, NULL));
	say_waited("thrd_sleep", start, 50);
	say("thrd_sleep no time", thrd_sleep(&(struct timespec){0, 0}, NULL));
	refuse();
	interrupt(0);
	interrupt(SA_RESTART);
	return 0;
}
