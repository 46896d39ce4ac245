/* sched_yield and thrd_yield always come back, and without an error. */
#include "tests/programs/say.h"
#include <sched.h>
#include <threads.h>

int main(void)
{
	errno = 0;
	for (int i = 0; i < 1000; i++)
		if (sched_yield() != 0)
			return 1;
	for (int i = 0; i < 1000; i++)
		thrd_yield();
	say("sched_yield", sched_yield());
	say_error("errno", errno);
	return 0;
}
