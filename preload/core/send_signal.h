/*
 * Signals to one thread. A greenlet takes those for it when it runs, on its own stack; while it blocks one, that is
 * pending for it alone. What has no handler concerns the whole process, so the kernel does it.
 */
#ifndef PRELOAD_CORE_SEND_SIGNAL_H
#define PRELOAD_CORE_SEND_SIGNAL_H

#include "runtime/lifecycle/greenlet.h"
#include <signal.h>

#define LAST_SIGNAL 64

/*
 * Sends the signal to a greenlet that has not ended; 0 only asks. Async-signal-safe. Greenlets that this makes ready
 * and that are more urgent run before it returns. Returns 0, EINVAL, or what the kernel says.
 */
int send_signal(struct greenlet *g, int signo, const siginfo_t *info);

/* The siginfo of a signal that this process sends; code is SI_TKILL or SI_QUEUE. */
siginfo_t signal_info(int signo, int code);

/* Sends the signal to the caller; 0 only asks. Returns 0 or an error number. */
int raise_here(int signo);

#endif
