/* Robust mutexes: what the kernel does for a thread that ends while it has some, done for a greenlet. */
#ifndef RUNTIME_SYNC_ROBUST_H
#define RUNTIME_SYNC_ROBUST_H

/*
 * Gives up the robust mutexes that the calling greenlet still has, as set_robust_list(2) and the kernel's
 * Documentation/locking/robust-futexes have it: the next owner of each is told that the last one died. Parks where an
 * OS thread has stood in for it, which ends first.
 */
void give_up_robust_mutexes(void);

#endif
