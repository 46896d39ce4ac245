/*
 * Time slices, for greenlets that take the place of threads: one that computes for long without a call gives way, as a
 * thread would have to. A signal that comes with the CPU time of the OS thread interrupts it, and where it is in code
 * of the program, which must expect to lose the processor at any place, another greenlet runs before its handler
 * returns. Elsewhere, in libc or in here, the next call of a hook gives way instead.
 */
#ifndef RUNTIME_SCHED_PREEMPT_H
#define RUNTIME_SCHED_PREEMPT_H

#include "runtime/sys/clock.h"
#include <signal.h>
#include <stdbool.h>

struct hub;

/* How long one may run while others wait: CPU time. 0: for ever. */
extern nanos slice_length;

/* What a greenlet calls that runs again after its slice was over: it may have been cancelled. */
extern void (*after_slice)(void);

/* Finds an address in the code of malloc, which must not be left in the middle either. */
extern void *(*find_allocator)(void);

/*
 * False where no timer is to be had that ends slices, as a filter refuses them or the user has too many: a thread that
 * computes until another has done something would never see that. True where slices are off.
 */
bool slices_can_start(void);

/*
 * From now on the calling greenlet's hub ends the slices of the greenlets that are `sliced`. Nothing happens where the
 * kernel or the machine has no means to.
 */
void slices_start(struct hub *hub);

/* Until slices_start() is called again: a greenlet that is alone, and may block natively, must not be interrupted. */
void slices_stop(struct hub *hub);

/*
 * Runs job(arg), which may wait in the kernel for as long as it likes, on the calling greenlet: every few milliseconds
 * a signal interrupts it, and the others run before it goes on waiting. For where no OS thread is to be had that could
 * wait in its place. The job takes no lock of ours or of libc's; its system calls are restarted. Without a signal or a
 * timer it just runs.
 */
void wait_in_turns(void (*job)(void *arg), void *arg);

/* Lets others run as the end of a slice found no chance to. */
void end_slice(struct hub *hub);

/* True of the action that is ours; the program sees the default one in its place. */
bool slice_handles(const struct sigaction *action);

/* The program wants the signal for itself: takes another. */
void slices_move(void);

/* The action for the signal as the program sees it. */
void slice_show(struct sigaction *action);

/* The signal that ends slices, 0 while there is none: the program must not block it. */
int slice_signal(void);

/* The same, taken now if it was not yet; it also ends the calls of cancellable_call.h. 0: none is left. */
int slice_take_signal(void);

#endif
