/*
 * Helper OS threads, for calls that cannot park. They start on demand and end after some seconds without work. There
 * are as many as there are jobs, as one may wait for what another brings; brief ones alone share a number of helpers.
 */
#ifndef RUNTIME_OFFLOAD_OFFLOAD_H
#define RUNTIME_OFFLOAD_OFFLOAD_H

#include "runtime/sched/park.h"

/*
 * Runs job(arg) on a helper OS thread, all signals blocked, while the calling greenlet is parked; returns when the
 * job has ended: neither a kill nor a signal cuts it short. Where no helper can be had (EAGAIN), and where the caller
 * is not a greenlet, the job runs right here. errno is the caller's own and is left alone: a job hands back its own.
 */
void offload(void (*job)(void *arg), void *arg);

/* The same, but where no helper can be had the job is not run: false. On a greenlet only. */
bool offload_if_helped(void (*job)(void *arg), void *arg);

/*
 * The same for a job that may wait for long. Where no helper can be had, the greenlet itself waits, in turns with the
 * others: see wait_in_turns().
 */
void offload_wait(void (*job)(void *arg), void *arg);

/*
 * The same for a job that surely ends, and soon: it may have to wait until others of the kind are done. Where the
 * system gives no more threads the hub does it.
 */
void offload_brief(void (*job)(void *arg), void *arg);

/*
 * The same for a job that may take for ever: the wait for it ends as park() has it. Returns 0 when the job has run, or
 * ETIMEDOUT, ECANCELED, EINTR, or EAGAIN where no helper can be had; then arg is no longer the caller's, and drop(arg)
 * is called when the job has ended, on the helper, or now if none has begun it.
 */
int offload_until(void (*job)(void *arg), void (*drop)(void *arg), void *arg, const struct wait_options *until);

/*
 * The same for a job that can be told to end: when the wait ends early, cancel(arg) is called, and the wait goes on
 * until the job has ended. Returns 0, or why it was cancelled; what the job has done by then it tells itself. EAGAIN:
 * no helper can be had, and the job was not run. On a greenlet only.
 */
int offload_cancellable(void (*job)(void *arg), void (*cancel)(void *arg), void *arg, const struct wait_options *until);

/*
 * The same for a job that needs the greenlet in the midst of it: meet(arg) is called there once the job has begun, and
 * before this returns. Where no helper can be had the job runs on the hub, and there is no meeting.
 */
struct meeting {
	void (*job)(void *arg);
	void (*meet)(void *arg);
	void (*cancel)(void *arg);
};

int offload_meeting(const struct meeting *meeting, void *arg, const struct wait_options *until);

/*
 * Has a helper run job(arg) and then done(arg), and returns at once; no greenlet waits for it. False with errno ENOMEM.
 * Where no helper can be had, the hub calls done(arg) alone. On a greenlet only.
 */
bool offload_detached(void (*job)(void *arg), void (*done)(void *arg), void *arg);

#endif
