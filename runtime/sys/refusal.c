#include "refusal.h"
#include "sys.h"

_Atomic uint32_t refusals;

bool epoll_is_refused(int error)
{
	if (!is_refusal(error) || sys_epoll_ctl(-1, EPOLL_CTL_DEL, -1, NULL) == -EBADF)
		return false;
	note_refusal(REFUSED_EPOLL);
	return true;
}

const char *name_of_refusal(enum refusal what)
{
	static const char *const names[REFUSALS] = {
	    [REFUSED_PREADV2] = "preadv2",
	    [REFUSED_PWRITEV2] = "pwritev2",
	    [REFUSED_TIMERFD] = "timerfd",
	    [REFUSED_EVENTFD] = "eventfd",
	    [REFUSED_EPOLL] = "epoll",
	    [REFUSED_SIGNALFD] = "signalfd",
	    [REFUSED_PIDFD] = "pidfd_open",
	    [REFUSED_TIMER] = "timer_create",
	};

	return names[what];
}
