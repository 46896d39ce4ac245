/* Signals to one thread, see send_signal.h. */
#include "calls.h"
#include "preload/core/blocking.h"
#include "preload/core/send_signal.h"

/*
 * The kernel also finds the main greenlet of an OS thread, and that greenlet may be waiting for the signal in the
 * kernel.
 */
static bool is_natively_reached(const struct greenlet *g)
{
	return !g || (g->is_main && (!self || self->hub != g->hub)) || (g == self && !has_reason_to_park(g));
}

/* True for the signals that libc reserves: no program can send them to a thread. */
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
	if (g && g->life.ended) /* libc has the kernel check the signal's number, for the first thread only */
		return g->is_main && (signo < 0 || signo > LAST_SIGNAL) ? EINVAL : 0;
	if (is_natively_reached(g))
		return libc.pthread_kill(thread, signo);
	info = signal_info(signo, SI_TKILL);
	return send_signal(g, signo, &info);
}
synonym(pthread_kill, do_pthread_kill);

int do_pthread_sigqueue(pthread_t thread, int signo, const union sigval value)
{
	struct greenlet *g = greenlet_of(thread);
	siginfo_t info;

	if (g && g->life.ended)
		return ESRCH;
	if (g && is_of_libc(signo))
		return EINVAL;
	if (is_natively_reached(g))
		return libc.pthread_sigqueue(thread, signo, value);
	info = signal_info(signo, SI_QUEUE);
	info.si_value = value;
	return send_signal(g, signo, &info);
}
synonym(pthread_sigqueue, do_pthread_sigqueue);

int raise(int signo)
{
	return (int)with_errno(-raise_here(signo));
}

synonym(gsignal, raise);
