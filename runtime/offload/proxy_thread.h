/*
 * Stand-ins: OS threads that stand for greenlets where the kernel is to know the owner of a lock. Other processes wait
 * for such a lock in the kernel, which finds the owner by the thread id in the lock's word and acts upon its end.
 *
 * A greenlet has a stand-in while that owns something, or makes a call for it. In between, a few wait in a pool for the
 * next greenlet; so a process has about as many as it owns, and waits for, such locks at a time. Only the greenlet that
 * has a stand-in uses it. The pool is a few atomic slots: no lock, and nothing to repair after a fork.
 */
#ifndef RUNTIME_OFFLOAD_PROXY_THREAD_H
#define RUNTIME_OFFLOAD_PROXY_THREAD_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Runs on the stand-in. Returns by how much the number of locks that the stand-in owns has changed: 1, 0 or -1.
 */
typedef int proxy_job(void *arg);

/*
 * Has the calling greenlet's stand-in do job(arg) while the greenlet is parked; neither a kill nor a signal cuts it
 * short. Gives the greenlet a stand-in if it has none, and takes it back if that owns nothing then. False where the
 * system gives no thread; nothing is done then. errno is left alone. On a greenlet only.
 */
bool proxy_does(proxy_job *job, void *arg);

/* The id of the calling greenlet's stand-in; 0 where it has none. */
pid_t proxy_id(void);

/*
 * Ends the calling greenlet's stand-in, if it has one, as the greenlet itself is about to end: what it still owns the
 * kernel treats as it does with any thread that ends. Parks.
 */
void dismiss_proxy(void);

/* In the child of a fork: all of them have stayed in the parent. */
void proxy_reset(void);

#endif
