/*
 * Signals to one thread. A greenlet takes those for it when it runs, on its own stack; while it blocks one, that is
 * pending for it alone. What has no handler concerns the whole process, so the kernel does it.
 */
#include "calls.h"
#include "preload/core/blocking.h"
#include "preload/core/syscall_numbers.h"
#include "raw.h"
#include "runtime/sched/mask.h"
#include "runtime/signal/dispatch.h"
#include <string.h>

#define LAST_SIGNAL 64

static bool has_handler(int signo)
{
	struct sigaction action;

	return do_sigaction(signo, NULL, &action) == 0 && action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN;
}

/* By the kernel, to the OS thread: returns an error number. */
static int send_natively(int signo, const siginfo_t *info)
{
	return (int)-raw_syscall(SYS_rt_tgsigqueueinfo, sys_getpid(), os_thread_id(), signo, (long)info, 0, 0);
}

static int send_to(struct greenlet *g, int signo, const siginfo_t *info)
{
	uint64_t bit;
	int error;

	if (signo < 0 || signo > LAST_SIGNAL)
		return EINVAL;
	if (!signo)
		return 0;
	bit = signal_bit(signo);
	if (bit & UNBLOCKABLE || (!(g->blocked & bit) && !(g->awaits & bit) && !has_handler(signo)))
		return send_natively(signo, info);
	error = direct_signal(g, signo, info);
	let_urgent_run();
	return error;
}

static siginfo_t info_of(int signo, int code)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_signo = signo;
	info.si_code = code;
	info.si_pid = sys_getpid();
	info.si_uid = (uid_t)raw_syscall(SYS_getuid, 0, 0, 0, 0, 0, 0);
	return info;
}

/* The main greenlet of an OS thread is found by the kernel, too, which may be waiting for it. */
static bool is_natively_reached(const struct greenlet *g)
{
	return !g || (g->is_main && (!self || self->hub != g->hub)) || (g == self && !has_company(g));
}

/* Those that libc keeps to itself: it lets nobody send them to a thread. */
static bool is_of_libc(int signo)
{
	return signo >= __SIGRTMIN && signo < SIGRTMIN;
}

int do_pthread_kill(pthread_t thread, int signo)
{
	struct greenlet *g = greenlet_of(thread);
	siginfo_t info;

	if (is_of_libc(signo))
		return EINVAL;
	if (g && g->ended) /* libc asks the kernel of the first thread alone, which looks at the signal's number */
		return g->is_main && (signo < 0 || signo > LAST_SIGNAL) ? EINVAL : 0;
	if (is_natively_reached(g))
		return libc.pthread_kill(thread, signo);
	info = info_of(signo, SI_TKILL);
	return send_to(g, signo, &info);
}
synonym(pthread_kill, do_pthread_kill);

int do_pthread_sigqueue(pthread_t thread, int signo, const union sigval value)
{
	struct greenlet *g = greenlet_of(thread);
	siginfo_t info;

	if (g && g->ended)
		return ESRCH;
	if (g && is_of_libc(signo))
		return EINVAL;
	if (is_natively_reached(g))
		return libc.pthread_sigqueue(thread, signo, value);
	info = info_of(signo, SI_QUEUE);
	info.si_value = value;
	return send_to(g, signo, &info);
}
synonym(pthread_sigqueue, do_pthread_sigqueue);

static int send_to_self(int signo)
{
	siginfo_t info = info_of(signo, SI_TKILL);

	return (int)with_errno(-send_to(self, signo, &info));
}

/* 0 is no signal to raise, but one to ask with. */
int raise(int signo)
{
	return self && has_company(self) ? send_to_self(signo) : libc.raise(signo);
}

synonym(gsignal, raise);
