/*
 * Cancellation of greenlets. Their blocking calls end as those of a killed one do, and the hook then ends the greenlet
 * by pthread_exit. Threads of the system's are libc's to cancel.
 */
#include "blocking.h"

int pthread_cancel(pthread_t thread)
{
	struct greenlet *g = greenlet_of(thread);

	if (!g)
		return libc.pthread_cancel(thread);
	atomic_store(&g->cancelled, 1);
	if (g == self)
		end_if_cancelled_at_once();
	else if (!g->cancel_disabled && !g->ended)
		end_wait(g);
	return 0;
}

int pthread_setcancelstate(int state, int *before)
{
	int answer;

	if (!self)
		return libc.pthread_setcancelstate(state, before);
	answer = libc.pthread_setcancelstate(state, NULL);
	if (answer)
		return answer;
	if (before)
		*before = self->cancel_disabled ? PTHREAD_CANCEL_DISABLE : PTHREAD_CANCEL_ENABLE;
	self->cancel_disabled = state == PTHREAD_CANCEL_DISABLE;
	end_if_cancelled_at_once();
	return 0;
}

int pthread_setcanceltype(int type, int *before)
{
	int answer;

	if (!self)
		return libc.pthread_setcanceltype(type, before);
	answer = libc.pthread_setcanceltype(type, NULL);
	if (answer)
		return answer;
	if (before)
		*before = self->cancel_async ? PTHREAD_CANCEL_ASYNCHRONOUS : PTHREAD_CANCEL_DEFERRED;
	self->cancel_async = type == PTHREAD_CANCEL_ASYNCHRONOUS;
	end_if_cancelled_at_once();
	return 0;
}

void pthread_testcancel(void)
{
	end_if_cancelled();
	if (!self)
		libc.pthread_testcancel();
}
