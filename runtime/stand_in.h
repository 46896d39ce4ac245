/*
 * An OS thread of a greenlet's own, which stands for it where the kernel is to know who it is: as the owner of a lock
 * that other processes wait for, whom the kernel finds by the id in the lock's word, and whose end it acts upon.
 */
#ifndef STAND_IN_H
#define STAND_IN_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Has the calling greenlet's stand-in do job(arg) while the greenlet is parked; neither a kill nor a signal cuts it
 * short. The first such call makes the stand-in. False where the system gives no thread; nothing is done then. errno
 * is left alone. On a greenlet only.
 */
bool stand_in_does(void (*job)(void *arg), void *arg);

/* The id of the calling greenlet's stand-in; 0 where it has none. */
pid_t stand_in_id(void);

/*
 * Ends the calling greenlet's stand-in, as the greenlet itself is about to end: what it still has the kernel treats as
 * it does with any thread that ends. Parks.
 */
void dismiss_stand_in(void);

/* In the child of a fork: it has stayed in the parent. */
void stand_in_reset(void);

#endif
