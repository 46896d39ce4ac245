/* parks: sleep usleep */
/* sleep and usleep: whole, no time at all, interrupted. */
#include "tests/programs/say.h"

int main(void)
{
	unsigned left;
	double start;

	say("sleep none", sleep(0));
	say("usleep none", usleep(0));
	start = now();
	say("sleep", sleep(1));
	say_waited("sleep", start, 1000);
	start = now();
	say("usleep", usleep(50000));
	say_waited("usleep", start, 50);

	ring_every(50, SA_RESTART);
	start = now();
	left = sleep(10);
	say_whether("sleep interrupted leaves most", left >= 7 && left <= 10);
	say_waited("sleep", start, 10000);
	start = now();
	say("usleep interrupted", usleep(10000000));
	say_waited("usleep", start, 10000);
	stop_ringing();
	return 0;
}
