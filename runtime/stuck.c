#include "stuck.h"
#include "lock.h"
#include "offload_hub.h"
#include "stuck_syscall.h"
#include <sched.h>
#include <signal.h>
#include <unistd.h>

/* The calls under way. Guarded by helpers_lock. */
static struct stuck *first;

static __thread volatile bool is_in_call __attribute__((tls_model("initial-exec")));

static void change_mask(int how, int signo)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signo);
	raw_syscall(SYS_rt_sigprocmask, how, (long)&set, 0, 8, 0, 0);
}

static void enter(struct stuck *stuck)
{
	is_in_call = true;
	change_mask(SIG_UNBLOCK, stuck->signo);
	lock(&helpers_lock);
	stuck->tid = gettid();
	stuck->next = first;
	stuck->link = &first;
	if (first)
		first->link = &stuck->next;
	first = stuck;
	unlock(&helpers_lock);
}

static void leave(struct stuck *stuck)
{
	lock(&helpers_lock);
	stuck->tid = 0;
	*stuck->link = stuck->next;
	if (stuck->next)
		stuck->next->link = stuck->link;
	unlock(&helpers_lock);
	change_mask(SIG_BLOCK, stuck->signo);
	is_in_call = false;
}

long stuck_run(struct stuck *stuck)
{
	long result;

	if (!stuck->signo)
		return stuck_syscall(&stuck->is_ended, stuck->call);
	enter(stuck);
	result = stuck_syscall(&stuck->is_ended, stuck->call);
	leave(stuck);
	return result;
}

/* The lock keeps the thread from leaving the call, and its number from being another's. Called with it held. */
static void nudge(const struct stuck *stuck)
{
	if (stuck->tid)
		raw_syscall(SYS_tgkill, getpid(), stuck->tid, stuck->signo, 0, 0, 0);
}

void stuck_end(struct stuck *stuck)
{
	atomic_store(&stuck->is_ended, 1);
	lock(&helpers_lock);
	nudge(stuck);
	unlock(&helpers_lock);
}

static bool nudge_all(int signo, bool again)
{
	bool found = false;

	lock(&helpers_lock);
	for (const struct stuck *s = first; s; s = s->next) {
		if (s->signo != signo)
			continue;
		found = true;
		if (!again)
			nudge(s);
	}
	unlock(&helpers_lock);
	return found;
}

void stuck_move(int signo)
{
	bool again = false;

	while (nudge_all(signo, again)) {
		again = true;
		sched_yield();
	}
}

bool stuck_leave(ucontext_t *context)
{
	uintptr_t pc = context_pc(context);

	if (!is_in_call)
		return false;
	if (pc - (uintptr_t)stuck_ahead < (uintptr_t)stuck_done - (uintptr_t)stuck_ahead)
		set_context_pc(context, (uintptr_t)stuck_left);
	return true;
}

void stuck_reset(void)
{
	first = NULL;
}
