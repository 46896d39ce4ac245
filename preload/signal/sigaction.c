/*
 * Signal handlers. Our handler is installed instead of the program's: it finds out which greenlet takes the signal, and
 * calls the program's handler there. The program sees only what it has set itself.
 */
#include "addressed.h"
#include "calls.h"
#include "preload/core/blocking.h"
#include "preload/core/kernel_action.h"
#include "preload/process/sigchld.h"
#include "raw.h"
#include "runtime/report/report.h"
#include "runtime/sched/mask.h"
#include "runtime/sched/preempt.h"
#include "runtime/sched/task.h"
#include "runtime/signal/dispatch.h"
#include "runtime/signal/stack_overflow.h"
#include "runtime/sys/libc_calls.h"
#include "runtime/sys/user_memory.h"
#include "runtime/toolbox/on_signal.h"
#include <string.h>

#define SIGNALS 65

/* The program's actions that are functions. */
static struct sigaction actions[SIGNALS];

/* The signals for which siginterrupt() has enabled interruption: signal() follows it. */
static sigset_t interrupting;

static void call_handler(const struct sigaction *action, int signo, siginfo_t *info, void *context)
{
	if (signo == SIGCHLD)
		take_child_before_handler();
	if (action->sa_flags & SA_SIGINFO)
		action->sa_sigaction(signo, info, context);
	else
		action->sa_handler(signo);
}

/* Acts as if there were no handler: the signal arrives once more as this one returns. */
static void act_by_default(int signo, siginfo_t *info, ucontext_t *context)
{
	const struct sigaction by_default = {.sa_handler = SIG_DFL};
	long thread = os_thread_id();

	libc.sigaction(signo, &by_default, NULL);
	if (raw_syscall(SYS_rt_tgsigqueueinfo, sys_getpid(), thread, signo, (long)info, 0, 0) < 0)
		raw_syscall(SYS_tgkill, sys_getpid(), thread, signo, 0, 0, 0);
	store_signal_bits(signal_bits(&context->uc_sigmask) & ~signal_bit(signo), &context->uc_sigmask);
}

/*
 * Replaces the default action of a signal that a thread's own call causes, once a greenlet has blocked the signal. The
 * kernel does not block it, because of the other greenlets, and would end the process.
 */
static void on_earned(int signo, siginfo_t *info, void *context)
{
	int errno_before = errno;

	if (takes_default(signo, info, context))
		act_by_default(signo, info, context);
	errno = errno_before;
}

/* Without SA_ONSTACK no handler would run: the program's stack may have no room for one. The handler does not park. */
static struct sigaction guarding(void)
{
	struct sigaction ours = {.sa_sigaction = on_earned, .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};

	sigfillset(&ours.sa_mask);
	return ours;
}

static bool is_default(const struct sigaction *action)
{
	return !(action->sa_flags & SA_SIGINFO) && action->sa_handler == SIG_DFL;
}

/* Another OS thread may have set an action meanwhile: then that action stays. */
static void guard_one(int signo)
{
	struct sigaction ours = guarding(), now;

	if (libc.sigaction(signo, NULL, &now) != 0 || !is_default(&now) || libc.sigaction(signo, &ours, &now) != 0)
		return;
	if (is_default(&now))
		actions[signo] = now;
	else
		libc.sigaction(signo, &now, NULL);
}

static void guard(uint64_t signals)
{
	for (; signals; signals &= signals - 1)
		guard_one(__builtin_ctzll(signals) + 1);
}

__attribute__((constructor)) static void prepare(void)
{
	guard_earned = guard;
	libc_calls.program_sigaction = do_sigaction;
}

static void on_signal(int signo, siginfo_t *info, void *context);

static struct sigaction with_ours(const struct sigaction *action)
{
	struct sigaction ours = *action;

	ours.sa_sigaction = on_signal;
	ours.sa_flags |= SA_SIGINFO;
	return ours;
}

/* The signals for which our handler replaces the default action; see addressed.h. */
static _Atomic uint64_t addressed;

static bool is_addressed_default(int signo, const struct sigaction *action)
{
	return is_default(action) && atomic_load(&addressed) & signal_bit(signo);
}

/* The kernel takes the default action of a signal inside the signal's own handler; it may end or stop the process. */
static void take_default(int signo)
{
	const struct sigaction none = {.sa_handler = SIG_DFL},
			       ours = with_ours(&(struct sigaction){.sa_flags = SA_RESTART});
	uint64_t bit = signal_bit(signo);

	libc.sigaction(signo, &none, NULL);
	raw_syscall(SYS_tgkill, sys_getpid(), os_thread_id(), signo, 0, 0, 0);
	raw_syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, (long)&bit, 0, sizeof(bit), 0, 0);
	raw_syscall(SYS_rt_sigprocmask, SIG_BLOCK, (long)&bit, 0, sizeof(bit), 0, 0);
	libc.sigaction(signo, &ours, NULL);
}

/* A one-shot action is not used up while no greenlet has taken the signal. */
static void renew(int signo, const struct sigaction *action)
{
	struct sigaction ours = with_ours(action);

	if (action->sa_flags & (int)SA_RESETHAND)
		libc.sigaction(signo, &ours, NULL);
}

static void on_signal(int signo, siginfo_t *info, void *context)
{
	const struct sigaction action = actions[signo];
	struct handling handling;
	int errno_before = errno;

	if (is_blocked_fault(signo, info)) {
		act_by_default(signo, info, context);
		return;
	}
	if (!begin_handling(&handling, signo, info, context, &action)) {
		renew(signo, &action);
		errno = errno_before;
		return;
	}
	if (action.sa_flags & (int)SA_RESETHAND && is_guarded(signo))
		guard_one(signo);
	if (action.sa_handler == SIG_DFL)
		take_default(signo);
	else
		call_handler(&action, signo, info, context);
	end_handling(&handling, context);
}

static bool is_function(const struct sigaction *action)
{
	return action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN;
}

/* True for a handler of the runtime's that stands in for the default action. */
static bool is_ours(int signo, const struct sigaction *action)
{
	return (signo == SIGSEGV && overflow_handles(action)) || (signo == SIGQUIT && report_handles(action)) ||
	       slice_handles(action) || spawns_for(action);
}

/* Converts the kernel's view of an action to the program's. */
static void show(int signo, struct sigaction *action, const struct sigaction *programs)
{
	if ((action->sa_flags & SA_SIGINFO) && action->sa_sigaction == on_signal) {
		action->sa_sigaction = programs->sa_sigaction;
		action->sa_flags = programs->sa_flags;
	} else if ((action->sa_flags & SA_SIGINFO) && action->sa_sigaction == on_earned) {
		*action = *programs;
	} else if (slice_handles(action)) {
		slice_show(action);
	} else if (is_ours(signo, action)) {
		memset(action, 0, sizeof(*action));
	}
}

static int set_action(int signo, const struct sigaction *action, struct sigaction *before)
{
	struct sigaction programs = actions[signo], ours = *action;
	int result;

	if (has_own_handlers()) {
		result = libc.sigaction(signo, action, before);
		if (result == 0 && before)
			show(signo, before, &programs);
		return result;
	}
	if ((is_function(action) && !spawns_for(action)) || is_addressed_default(signo, action)) {
		actions[signo] = *action;
		ours = with_ours(action);
		ours.sa_flags |= is_function(action) ? 0 : SA_RESTART;
	} else if (is_default(action) && is_guarded(signo)) {
		actions[signo] = *action;
		ours = guarding();
	}
	result = libc.sigaction(signo, &ours, before);
	if (result != 0)
		actions[signo] = programs;
	else if (before)
		show(signo, before, &programs);
	return result;
}

/*
 * The runtime has a handler of its own for this signal, shown as the default; for anything else the runtime moves to
 * another signal.
 */
static int set_beside_slices(int signo, const struct sigaction *action, struct sigaction *before)
{
	struct sigaction now;

	slice_show(&now);
	if (action->sa_handler != SIG_DFL) {
		slices_move();
		if (set_action(signo, action, NULL) != 0)
			return -1;
	}
	if (before)
		*before = now;
	return 0;
}

int do_sigaction(int signo, const struct sigaction *action, struct sigaction *before)
{
	int result;

	if (signo > 0 && signo < SIGNALS && action && !has_own_handlers() && signo == slice_signal())
		return set_beside_slices(signo, action, before);
	if (signo > 0 && signo < SIGNALS && action)
		return set_action(signo, action, before);
	result = libc.sigaction(signo, action, before);
	if (result == 0 && before)
		show(signo, before, &actions[signo]);
	return result;
}
synonym(sigaction, do_sigaction);

void expect_addressed(int signo)
{
	const struct sigaction none = {.sa_handler = SIG_DFL};
	struct sigaction now;

	if (signo <= 0 || signo >= SIGNALS || atomic_fetch_or(&addressed, signal_bit(signo)) & signal_bit(signo))
		return;
	if (libc.sigaction(signo, NULL, &now) == 0 && (is_default(&now) || now.sa_sigaction == on_earned))
		set_action(signo, &none, NULL);
}

static sighandler_t set_handler(int signo, sighandler_t handler, int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags}, before;

	if (handler == SIG_ERR) {
		errno = EINVAL;
		return SIG_ERR;
	}
	if (!(flags & SA_NODEFER))
		sigaddset(&action.sa_mask, signo);
	return do_sigaction(signo, &action, &before) == 0 ? before.sa_handler : SIG_ERR;
}

sighandler_t signal(int signo, sighandler_t handler)
{
	return set_handler(signo, handler, sigismember(&interrupting, signo) == 1 ? 0 : SA_RESTART);
}

/* System V's: one-shot, and the signal itself is not blocked meanwhile. */
sighandler_t sysv_signal(int signo, sighandler_t handler)
{
	return set_handler(signo, handler, (int)SA_RESETHAND | SA_NODEFER);
}

int siginterrupt(int signo, int interrupts)
{
	struct sigaction action;

	if (do_sigaction(signo, NULL, &action) != 0)
		return -1;
	if (interrupts) {
		sigaddset(&interrupting, signo);
		action.sa_flags &= ~SA_RESTART;
	} else {
		sigdelset(&interrupting, signo);
		action.sa_flags |= SA_RESTART;
	}
	return do_sigaction(signo, &action, NULL);
}

synonym(__sigaction, do_sigaction);
synonym(bsd_signal, signal);
synonym(ssignal, signal);
synonym(__sysv_signal, sysv_signal);

/* The kernel's signal set: the first so many bytes of sigset_t. */
#define KERNEL_SET ((size_t)_NSIG / 8)

static void widen_action(const struct kernel_action *narrow, struct sigaction *full)
{
	memset(full, 0, sizeof(*full));
	full->sa_handler = narrow->handler;
	full->sa_flags = (int)narrow->flags;
	memcpy(&full->sa_mask, &narrow->set, KERNEL_SET);
}

static void narrow_action(const struct sigaction *full, struct kernel_action *narrow)
{
	narrow->handler = full->sa_handler;
	narrow->flags = (unsigned)full->sa_flags;
	narrow->restorer = full->sa_restorer;
	memcpy(&narrow->set, &full->sa_mask, KERNEL_SET);
}

/* libc keeps the first real-time signals, below SIGRTMIN, to itself. The raw system call sets them all the same. */
long raw_rt_sigaction(long signo, long new, long old, long size, long e, long f)
{
	struct sigaction action, before;

	if ((size_t)size != KERNEL_SET || (signo >= __SIGRTMIN && signo < SIGRTMIN))
		return libc.syscall(SYS_rt_sigaction, signo, new, old, size, e, f);
	if (new && !is_readable((const void *)new))
		return with_errno(-EFAULT);
	if (new)
		widen_action((const struct kernel_action *)new, &action);
	if (do_sigaction((int)signo, new ? &action : NULL, &before) < 0)
		return -1;
	if (old)
		narrow_action(&before, (struct kernel_action *)old);
	return 0;
}
