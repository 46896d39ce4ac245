#include "cancellable_call.h"
#include "cancellable_syscall.h"
#include "lock.h"
#include "sys.h"
#include <signal.h>

/* Guards the calls under way. No other lock is taken with it held. */
static struct lock calls_lock;
static struct cancellable_call *first;

static __thread volatile bool is_in_call __attribute__((tls_model("initial-exec")));

static void change_mask(int how, int signo)
{
	sys_set_mask(how, 1ull << (signo - 1), NULL);
}

static void enter(struct cancellable_call *cancellable)
{
	is_in_call = true;
	change_mask(SIG_UNBLOCK, cancellable->signo);
	lock(&calls_lock);
	cancellable->tid = os_thread_id();
	cancellable->next = first;
	cancellable->link = &first;
	if (first)
		first->link = &cancellable->next;
	first = cancellable;
	unlock(&calls_lock);
}

static void leave(struct cancellable_call *cancellable)
{
	lock(&calls_lock);
	cancellable->tid = 0;
	*cancellable->link = cancellable->next;
	if (cancellable->next)
		cancellable->next->link = cancellable->link;
	unlock(&calls_lock);
	change_mask(SIG_BLOCK, cancellable->signo);
	is_in_call = false;
}

long run_cancellable_call(struct cancellable_call *cancellable)
{
	long result;

	atomic_fetch_and(&cancellable->comes_out, ~(uint32_t)CALL_MOVES);
	if (!cancellable->signo)
		return cancellable_syscall(&cancellable->comes_out, cancellable->call);
	enter(cancellable);
	result = cancellable_syscall(&cancellable->comes_out, cancellable->call);
	leave(cancellable);
	return result;
}

/*
 * The lock keeps the thread in the call, and its id from being reused. A thread that has not reached the system call
 * yet finds the word; one that is in it gets the signal. Caller holds the lock.
 */
static void come_out(struct cancellable_call *cancellable, uint32_t why)
{
	atomic_fetch_or(&cancellable->comes_out, why);
	if (cancellable->tid && cancellable->signo)
		raw_syscall(SYS_tgkill, sys_getpid(), cancellable->tid, cancellable->signo, 0, 0, 0);
}

void end_cancellable_call(struct cancellable_call *cancellable)
{
	lock(&calls_lock);
	come_out(cancellable, CALL_IS_ENDED);
	unlock(&calls_lock);
}

/* Each is told once; one that has just begun may be found later than others. False when there are none. */
static bool move_all(int signo)
{
	bool found = false;

	lock(&calls_lock);
	for (struct cancellable_call *s = first; s; s = s->next) {
		if (s->signo != signo)
			continue;
		found = true;
		if (!(atomic_load(&s->comes_out) & CALL_MOVES))
			come_out(s, CALL_MOVES);
	}
	unlock(&calls_lock);
	return found;
}

void move_cancellable_calls(int signo)
{
	while (move_all(signo))
		sys_sched_yield();
}

bool leave_cancellable_call(ucontext_t *context)
{
	uintptr_t pc = context_pc(context);

	if (!is_in_call)
		return false;
	if (pc - (uintptr_t)syscall_ahead < (uintptr_t)syscall_done - (uintptr_t)syscall_ahead)
		set_context_pc(context, (uintptr_t)syscall_left);
	return true;
}

void reset_cancellable_calls(void)
{
	atomic_store(&calls_lock.state, 0);
	first = NULL;
}
