/*
 * System calls that an OS thread may be stuck in for ever, and that another thread can end: the kernel says -EINTR when
 * a signal comes, and the signal cannot come too early, see cancellable_syscall.h.
 */
#ifndef RUNTIME_SYS_CANCELLABLE_CALL_H
#define RUNTIME_SYS_CANCELLABLE_CALL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>

/* Why it comes out: for good, or because it is to be ended by another signal from now on. */
enum why_call_ends { CALL_IS_ENDED = 1, CALL_MOVES = 2 };

struct cancellable_call {
	long call[7]; /* number and arguments */
	_Atomic uint32_t comes_out;
	int signo;                      /* whose handler is leave_cancellable_call() */
	int tid;                        /* of the thread that is in it */
	struct cancellable_call **link; /* what points to it, in the list of those */
	struct cancellable_call *next;
};

/*
 * Makes the call, on an OS thread that has all signals blocked but this call's. Returns what the kernel does, -EINTR
 * where it was ended before it had any effect, or where only the signal was changed.
 */
long run_cancellable_call(struct cancellable_call *cancellable);

/* Ends the call, from any OS thread, be it that it has not begun or is over. */
void end_cancellable_call(struct cancellable_call *cancellable);

/* Has the calls that this signal would end come out, for the program wants it to itself. Returns when they have. */
void move_cancellable_calls(int signo);

/* The part of the signal's handler. False where the thread was not in such a call. */
bool leave_cancellable_call(ucontext_t *context);

/* In the child of a fork: the threads in such calls have stayed in the parent. */
void reset_cancellable_calls(void);

#endif
