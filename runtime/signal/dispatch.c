#include "dispatch.h"
#include "addressee.h"
#include "runtime/sched/altstack.h"
#include "runtime/sched/dlopen_tls.h"
#include "runtime/sched/mask.h"
#include "runtime/sched/park.h"
#include "runtime/sched/take_signals.h"
#include "runtime/sys/defer.h"
#include <errno.h>
#include <ucontext.h>
#include <unistd.h>

#define NOT_MASKED (signal_bit(SIGKILL) | signal_bit(SIGSTOP))

/* What the running code itself has caused, and no other greenlet can take. */
static bool is_fault(int signo, const siginfo_t *info)
{
	switch (signo) {
	case SIGSEGV:
	case SIGBUS:
	case SIGFPE:
	case SIGILL:
	case SIGTRAP:
	case SIGSYS:
		return info->si_code > 0;
	case SIGABRT: /* abort(3) opens the mask in a way of its own */
		return info->si_code == SI_TKILL;
	default:
		return false;
	}
}

bool is_blocked_fault(int signo, const siginfo_t *info)
{
	return self && self->sig.blocked & signal_bit(signo) && info->si_code > 0 && is_fault(signo, info);
}

/*
 * The caller has earned it by a system call, which is about to return: a failure, or how much it has done. What kill(2)
 * has sent looks alike, but that returns 0.
 */
static bool is_earned(int signo, const siginfo_t *info, const ucontext_t *context)
{
	return EARNED & signal_bit(signo) && info->si_code == SI_USER && info->si_pid == sys_getpid() &&
	       context_result(context) != 0;
}

/* Those that are queued keep their order. */
static bool comes_after_others(const struct greenlet *me, int signo)
{
	uint64_t waiting = atomic_load(&me->sig.pending.signals) | atomic_load(&me->hub->sig.pending.signals);

	return has_reason_to_park(me) && (waiting & QUEUED & signal_bit(signo));
}

static bool is_taking(const struct greenlet *me, int signo)
{
	return me->sig.redelivering && me->sig.redelivering->si_signo == signo;
}

/* Another of the kind may come first, just before it is sent: that one then has to wait. */
static bool is_the_one(const siginfo_t *taking, int signo, const siginfo_t *info)
{
	return !(QUEUED & signal_bit(signo)) || info->si_code == SI_TKILL ||
	       (info->si_code == taking->si_code && info->si_value.sival_ptr == taking->si_value.sival_ptr);
}

static bool takes_now(const struct greenlet *me, int signo, const siginfo_t *info)
{
	if (is_taking(me, signo))
		return is_the_one(me->sig.redelivering, signo, info);
	if (deferred.depth) {
		deferred.deliver = take_deferred_signals;
		return false;
	}
	/* On its way into a wait, it takes the signal when it comes back. */
	if (me->state != RUNNING || comes_after_others(me, signo))
		return false;
	return !has_reason_to_park(me) || !(me->sig.blocked & signal_bit(signo) || is_awaited(me, signo));
}

/* True when the caller has earned a signal that it blocks: then it is pending for the caller alone. */
static bool keep_earned(struct greenlet *me, int signo, const siginfo_t *info, ucontext_t *context)
{
	if (!me || !(me->sig.blocked & signal_bit(signo)) || !is_earned(signo, info, context))
		return false;
	pending_add(&me->sig.pending, signo, info);
	settle_mask(me->hub, context);
	return true;
}

/* A thread's signal, and not one of ours that is directed, is meant for the main greenlet: others know only that. */
static struct pending *unaddressed(struct hub *hub, const siginfo_t *info)
{
	return info->si_code == SI_TKILL ? &hub->main.sig.pending : &hub->sig.pending;
}

static void leave_for_another(
    struct hub *hub, struct pending *pending, int signo, const siginfo_t *info, ucontext_t *context)
{
	pending_add(pending, signo, info);
	atomic_store(&hub->sig.is_signalled, true);
	settle_mask(hub, context);
	if (!hub->stale)
		wake_hub(hub);
}

/*
 * Natively the main thread gets a signal that it does not block, and its wait is ended. So its wait is ended here,
 * though the running greenlet has taken the signal.
 */
static void note_handled(struct greenlet *me, int signo, uint8_t by)
{
	struct greenlet *chief = &me->hub->main;

	if (is_taking(me, signo) || chief == me || chief->state != PARKED || (chief->sig.blocked & signal_bit(signo)))
		return;
	atomic_fetch_or(&chief->sig.interrupted, by);
	atomic_store(&me->hub->sig.is_signalled, true);
	if (!me->hub->stale)
		wake_hub(me->hub);
}

static void begin(struct handling *handling, int signo, ucontext_t *context, const struct sigaction *action)
{
	struct greenlet *me = self;
	uint64_t more = signal_bits(&action->sa_mask) | (action->sa_flags & SA_NODEFER ? 0 : signal_bit(signo));

	handling->greenlet = me;
	handling->by = action->sa_flags & SA_RESTART ? BY_RESTARTING : BY_ENDING;
	note_handled(me, signo, handling->by);
	me->sig.redelivering = NULL;
	me->hub->sig.kernel_mask = (signal_bits(&context->uc_sigmask) | more) & ~NOT_MASKED;
	store_signal_bits(me->sig.blocked, &context->uc_sigmask);
	note_mask(me, me->sig.blocked | more);
}

bool begin_handling(
    struct handling *handling, int signo, siginfo_t *info, void *context, const struct sigaction *action)
{
	struct greenlet *me = self, *addressee = me;
	struct hub *hub = me ? me->hub : hub_running;
	bool is_addressed = hub && addressee_of_signal(info, hub, &addressee);

	note_handler(signo);
	handling->greenlet = NULL;
	if (me && signo == SIGSEGV && stacks_follow_fault(info, context))
		return false;
	if (is_addressed && !addressee)
		return false;
	if (!is_addressed && keep_earned(me, signo, info, context))
		return false;
	if (hub && !is_fault(signo, info) && !(me && addressee == me && takes_now(me, signo, info))) {
		leave_for_another(
		    hub, is_addressed ? &addressee->sig.pending : unaddressed(hub, info), signo, info, context);
		return false;
	}
	handling->before = handler_begins(&handling->mark, context);
	if (me)
		begin(handling, signo, context, action);
	return true;
}

/* The kernel may not have been told yet of what all block. */
bool takes_default(int signo, const siginfo_t *info, void *context)
{
	struct hub *hub = self ? self->hub : hub_running;

	note_handler(signo);
	if (keep_earned(self, signo, info, context))
		return false;
	if (!hub || !(common_mask(hub) & signal_bit(signo)))
		return true;
	leave_for_another(hub, unaddressed(hub, info), signo, info, context);
	return false;
}

/*
 * Signals that the handler's mask has held up come before what it has interrupted goes on. The kernel then puts back
 * the mask and the alternate stack as they were when the handler began, but for what we say: it may have waited. That
 * it has run is noted last, for the same reason.
 */
void end_handling(const struct handling *handling, void *context)
{
	struct greenlet *me = handling->greenlet;
	ucontext_t *interrupted = context;

	handler_ends(handling->before);
	if (!me)
		return;
	note_mask(me, signal_bits(&interrupted->uc_sigmask));
	if (has_signals(me) && me->state == RUNNING)
		take_signals(me);
	return_as_now(me->hub, interrupted);
	atomic_fetch_or(&me->sig.interrupted, handling->by);
}

int direct_signal(struct greenlet *g, int signo, const siginfo_t *info)
{
	int error = pending_add(&g->sig.pending, signo, info);

	if (error)
		return error;
	atomic_store(&g->hub->sig.needs_care, true);
	if (g != self && (~g->sig.blocked | g->sig.awaits) & signal_bit(signo))
		unpark(g);
	else if (g == self && g->state == RUNNING && has_signals(g))
		take_signals(g);
	return 0;
}
