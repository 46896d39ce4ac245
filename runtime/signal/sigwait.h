/* Waiting for signals that are blocked, as by sigwait: the hub watches for them while greenlets wait. */
#ifndef RUNTIME_SIGNAL_SIGWAIT_H
#define RUNTIME_SIGNAL_SIGWAIT_H

#include "runtime/sched/hub.h"

struct wait_options;

/* Takes a signal of the set that is pending for the calling greenlet, without waiting; false: there is none. */
bool take_awaited(uint64_t set, siginfo_t *info);

/* Waits for one. Returns 0, or ETIMEDOUT, EINTR (the handler of another ran), ECANCELED. On a greenlet only. */
int await_signal(uint64_t set, siginfo_t *info, const struct wait_options *until);

/* Has the loop watch for what is waited for; on the hub's own context, before it waits. */
void watch_awaited(struct hub *hub);

/* The loop is about to be gone, as in the child of a fork. */
void unwatch_awaited(struct hub *hub);

#endif
