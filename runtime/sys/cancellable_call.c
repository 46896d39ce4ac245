#include "cancellable_call.h"
#include "cancellable_syscall.h"
#include "lock.h"
#include "sys.h"
#include <signal.h>

/* Guards the calls under way. No other lock is taken with it held. */
static struct lock calls_lock;
static struct stuck *first;

static __thread volatile bool is_in_call __attribute__((tls_model("initial-exec")));

static void change_mask(int how, int signo)
{
	sys_set_mask(how, 1ull << (signo - 1), NULL);
}

static void enter(struct stuck *stuck)
{
	is_in_call = true;
	change_mask(SIG_UNBLOCK, stuck->signo);
	lock(&calls_lock);
	stuck->tid = os_thread_id();
	stuck->next = first;
	stuck->link = &first;
	if (first)
		first->link = &stuck->next;
	first = stuck;
	unlock(&calls_lock);
}

static void leave(struct stuck *stuck)
{
	lock(&calls_lock);
	stuck->tid = 0;
	*stuck->link = stuck->next;
	if (stuck->next)
		stuck->next->link = stuck->link;
	unlock(&calls_lock);
	change_mask(SIG_BLOCK, stuck->signo);
	is_in_call = false;
}

long stuck_run(struct stuck *stuck)
{
	long result;

	atomic_fetch_and(&stuck->comes_out, ~(uint32_t)STUCK_MOVES);
	if (!stuck->signo)
		return stuck_syscall(&stuck->comes_out, stuck->call);
	enter(stuck);
	result = stuck_syscall(&stuck->comes_out, stuck->call);
	leave(stuck);
	return result;
}

/*
 * The lock keeps the thread from leaving the call, and its number from being another's. Who has not come as far as the
 * call finds the word, who has gets the signal. Called with the lock held.
 */
static void come_out(struct stuck *stuck, uint32_t why)
{
	atomic_fetch_or(&stuck->comes_out, why);
	if (stuck->tid && stuck->signo)
		raw_syscall(SYS_tgkill, sys_getpid(), stuck->tid, stuck->signo, 0, 0, 0);
}

void stuck_end(struct stuck *stuck)
{
	lock(&calls_lock);
	come_out(stuck, STUCK_ENDED);
	unlock(&calls_lock);
}

/* Each is told once; one that has just begun may be found later than others. False when there are none. */
static bool move_all(int signo)
{
	bool found = false;

	lock(&calls_lock);
	for (struct stuck *s = first; s; s = s->next) {
		if (s->signo != signo)
			continue;
		found = true;
		if (!(atomic_load(&s->comes_out) & STUCK_MOVES))
			come_out(s, STUCK_MOVES);
	}
	unlock(&calls_lock);
	return found;
}

void stuck_move(int signo)
{
	while (move_all(signo))
		sys_sched_yield();
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
	atomic_store(&calls_lock.state, 0);
	first = NULL;
}
