#include "send_signal.h"
#include "libc.h"
#include "runtime/sched/mask.h"
#include "runtime/sched/park.h"
#include "runtime/signal/dispatch.h"
#include "runtime/sys/libc_calls.h"
#include <string.h>

static bool has_handler(int signo)
{
	struct sigaction action;

	return libc_calls.program_sigaction(signo, NULL, &action) == 0 && action.sa_handler != SIG_DFL &&
	       action.sa_handler != SIG_IGN;
}

/* By the kernel, to the OS thread: returns an error number. */
static int send_natively(int signo, const siginfo_t *info)
{
	return (int)-raw_syscall(SYS_rt_tgsigqueueinfo, sys_getpid(), os_thread_id(), signo, (long)info, 0, 0);
}

int send_signal(struct greenlet *g, int signo, const siginfo_t *info)
{
	uint64_t bit;
	int error;

	if (signo < 0 || signo > LAST_SIGNAL)
		return EINVAL;
	if (!signo)
		return 0;
	bit = signal_bit(signo);
	if (bit & UNBLOCKABLE || (!(g->sig.blocked & bit) && !(g->sig.awaits & bit) && !has_handler(signo)))
		return send_natively(signo, info);
	error = direct_signal(g, signo, info);
	if (is_outranked())
		give_way_to_urgent();
	return error;
}

siginfo_t signal_info(int signo, int code)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_signo = signo;
	info.si_code = code;
	info.si_pid = sys_getpid();
	info.si_uid = (uid_t)raw_syscall(SYS_getuid, 0, 0, 0, 0, 0, 0);
	return info;
}

static int send_to_self(int signo)
{
	siginfo_t info = signal_info(signo, SI_TKILL);

	return send_signal(self, signo, &info);
}

static int raise_natively(int signo)
{
	return libc.raise(signo) == 0 ? 0 : errno;
}

int raise_here(int signo)
{
	return self && has_reason_to_park(self) ? send_to_self(signo) : raise_natively(signo);
}
