/* Whether a wait that the kernel has ended without a handler was ended by a stop of the process. */
#ifndef RUNTIME_SIGNAL_STOP_H
#define RUNTIME_SIGNAL_STOP_H

#include <stdbool.h>

/*
 * After a system call of the hub's that has failed with EINTR though no handler was called: true where only a stop of
 * the process can be the cause. Called on the hub's own context, rarely: it looks at all descriptors.
 */
bool was_ended_by_stop(void);

#endif
