/*
 * Preloaded beside the library: gives a program that knows nothing of greenlets company, so that what it calls parks.
 * The one that keeps it company would stand still if a call of the program's blocked the OS thread. It blocks all
 * signals, as a library's thread does, lest it take those that the program blocks.
 */
#include "greenload.h"
#include <errno.h>
#include <signal.h>

static void *tick(void *unused)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	while (green_sleep(0.001) == 0)
		;
	return unused;
}

/* errno stays: what a program prints of it without a failure is to be the same. */
__attribute__((constructor)) static void keep_company(void)
{
	int error = errno;

	green_detach(green_spawn(tick, NULL));
	errno = error;
}
