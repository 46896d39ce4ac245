/* libc's word that there is one thread only: C++ leaves out atomics and wake-ups while it stands. */
#include "tests/linked/expect.h"
#include <sys/single_threaded.h>

static void *nothing(void *arg)
{
	return arg;
}

int main(void)
{
	expect("alone at first", __libc_single_threaded);
	expect_equal("join", green_join(green_spawn(nothing, NULL), -1, NULL), 0);
	expect("not alone with a greenlet", !__libc_single_threaded);
	return failures != 0;
}
