/* The helpers' side towards the hub. */
#ifndef RUNTIME_OFFLOAD_OFFLOAD_HUB_H
#define RUNTIME_OFFLOAD_OFFLOAD_HUB_H

#include "runtime/sys/lock.h"
#include <stdbool.h>

struct hub;

extern struct lock offload_lock;

/*
 * On the hub's own context: sees to the jobs in the queue that need another OS thread where no greenlet will, by making
 * it, or by doing them itself where the system gives none.
 */
void offload_from_hub(struct hub *hub);

/* In the child of a fork: the helpers have stayed in the parent. */
void offload_reset(void);

/*
 * From now on other helpers take the jobs: those that there are have not come along where the calling OS thread has
 * gone, as to another namespace. They end what they do.
 */
void offload_renew(void);

/* True when no job waits for a helper or is being done. */
bool offload_is_idle(void);

/* How many helpers there are, and the most that there were at once. */
unsigned offload_threads(void);
unsigned offload_peak(void);

#endif
