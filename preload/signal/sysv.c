/*
 * The signal calls of System V and of BSD, some of which programs still use. libc implements them by internal calls of
 * its own sigaction and sigprocmask; here they call the hooks.
 */
#include "calls.h"
#include "preload/core/libc.h"
#include "runtime/sched/pending.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

/* Sets errno as sigaddset() does, both for an invalid signal and for one that libc reserves. */
static int change_one(int how, int signo)
{
	sigset_t set;

	sigemptyset(&set);
	return sigaddset(&set, signo) == 0 ? do_sigprocmask(how, &set, NULL) : -1;
}

static bool is_blocked(int signo)
{
	sigset_t blocked;

	sigemptyset(&blocked);
	do_sigprocmask(SIG_BLOCK, NULL, &blocked);
	return sigismember(&blocked, signo) == 1;
}

int sighold(int signo)
{
	return change_one(SIG_BLOCK, signo);
}

int sigrelse(int signo)
{
	return change_one(SIG_UNBLOCK, signo);
}

int sigignore(int signo)
{
	const struct sigaction action = {.sa_handler = SIG_IGN};

	return do_sigaction(signo, &action, NULL);
}

sighandler_t sigset(int signo, sighandler_t handler)
{
	const struct sigaction action = {.sa_handler = handler};
	struct sigaction before;
	bool was_blocked = is_blocked(signo), holds = handler == SIG_HOLD;

	if (do_sigaction(signo, holds ? NULL : &action, &before) != 0)
		return SIG_ERR;
	if (change_one(holds ? SIG_BLOCK : SIG_UNBLOCK, signo) != 0)
		return SIG_ERR;
	return was_blocked ? SIG_HOLD : before.sa_handler;
}

/* BSD's masks are ints: they hold the first signals. */
static sigset_t first_signals(int mask)
{
	sigset_t set;

	sigemptyset(&set);
	store_signal_bits((unsigned)mask, &set);
	return set;
}

static int change_first(int how, int mask)
{
	const sigset_t set = first_signals(mask);
	sigset_t before;

	return do_sigprocmask(how, &set, &before) == 0 ? (int)signal_bits(&before) : -1;
}

int sigblock(int mask)
{
	return change_first(SIG_BLOCK, mask);
}

int sigsetmask(int mask)
{
	return change_first(SIG_SETMASK, mask);
}

int siggetmask(void)
{
	return change_first(SIG_BLOCK, 0);
}

/* The one of X/Open, where it is a signal that is let through. */
static int do___xpg_sigpause(int signo)
{
	sigset_t set;

	sigemptyset(&set);
	if (do_sigprocmask(SIG_BLOCK, NULL, &set) != 0 || sigdelset(&set, signo) != 0)
		return -1;
	return do_sigsuspend(&set);
}
synonym(__xpg_sigpause, do___xpg_sigpause);

static int suspend_with(int mask)
{
	const sigset_t set = first_signals(mask);

	return do_sigsuspend(&set);
}

/* BSD's, which headers give another name. */
extern __typeof__(suspend_with) suspend_by_bsd __asm__("sigpause") __attribute__((alias("suspend_with")))
ATTRIBUTES_OF(suspend_with);

int __sigpause(int signo_or_mask, int is_signo)
{
	return is_signo ? do___xpg_sigpause(signo_or_mask) : suspend_with(signo_or_mask);
}
