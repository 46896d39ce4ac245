/*
 * Signals and greenlets: whose a signal is that the kernel has delivered to their OS thread, and whose wait the return
 * of a handler ends. A signal for the process is taken at once by the greenlet that is running, if that does not block
 * it; or else the hub assigns it to one that does not, by preference to the main one, and that takes it when it runs.
 */
#ifndef RUNTIME_SIGNAL_DISPATCH_H
#define RUNTIME_SIGNAL_DISPATCH_H

#include "runtime/sched/handlers.h"
#include "runtime/sched/hub.h"
#include <ucontext.h>

/* A handler at work, on its stack. */
struct handling {
	struct greenlet *greenlet; /* NULL where there is nothing to be undone but that it is noted */
	uint8_t by;                /* enum interrupted */
	int before;                /* see handlers.h */
	volatile struct handler_mark mark;
};

/*
 * What the handler of a signal, that was set with SA_SIGINFO and otherwise as action says, calls first. True when the
 * caller is the one to take the signal: then *handling is to be ended, and until then it blocks what the action says.
 * False when it has been left for another, and the handler is to return. In *context, which is the third argument of
 * the handler, stands the mask that the caller will have after it. *info may be changed to what the caller is to be
 * told.
 */
bool begin_handling(
    struct handling *handling, int signo, siginfo_t *info, void *context, const struct sigaction *action);
void end_handling(const struct handling *handling, void *context);

/*
 * The same where the action is the default one, to end the process. True when it is to be done now; false when the
 * signal has been left for another, or stays pending for the caller, which blocks it.
 */
bool takes_default(int signo, const siginfo_t *info, void *context);

/* True for a fault of the calling greenlet in a signal that it blocks: for a thread the kernel has no handler run. */
bool is_blocked_fault(int signo, const siginfo_t *info);

/*
 * The process was stopped by a signal, and goes on: waits with until.on_stop are to end. On the hub's own context,
 * which finds it out by a wait of its own that the kernel has ended so. A stop while greenlets run goes unnoticed.
 */
void note_stop(struct hub *hub);

/*
 * Sends a signal to a greenlet alone, with what its handler is to be told. From any OS thread; async-signal-safe; g
 * must not end before the call returns. It is taken when the greenlet runs. Returns 0 or EAGAIN.
 */
int direct_signal(struct greenlet *g, int signo, const siginfo_t *info);

#endif
