/*
 * Cancellation of greenlets. The waits that a cancellation ends return ECANCELED, as those of a killed greenlet do, and
 * the hook then ends the greenlet by exit_thread(). The state and the type are those that libc keeps for the thread
 * that it takes the greenlet for, so that what libc's own code forbids is heeded, too. Threads of the system's are
 * libc's to cancel.
 */
#include "preload/core/blocking.h"

static void exit_cancelled(void)
{
	exit_thread(PTHREAD_CANCELED);
}

int pthread_cancel(pthread_t thread)
{
	struct greenlet *g = greenlet_of(thread);

	if (!g)
		return libc.pthread_cancel(thread);
	end_cancelled = exit_cancelled;
	atomic_store(&g->cancel.cancelled, 1);
	if (g == self)
		end_if_cancelled_at_once();
	else if (!g->life.ended)
		end_wait(g);
	let_urgent_run();
	return 0;
}

int pthread_setcancelstate(int state, int *before)
{
	int error = libc.pthread_setcancelstate(state, before);

	if (!error)
		end_if_cancelled_at_once();
	return error;
}

int pthread_setcanceltype(int type, int *before)
{
	int error = libc.pthread_setcanceltype(type, before);

	if (!error)
		end_if_cancelled_at_once();
	return error;
}

void pthread_testcancel(void)
{
	end_if_cancelled();
	if (!self)
		libc.pthread_testcancel();
}
