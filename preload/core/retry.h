/* Calls that need an offload thread to wait in, if no OS thread is available: they are made again and again. */
#ifndef PRELOAD_CORE_RETRY_H
#define PRELOAD_CORE_RETRY_H

#include "blocking.h"

/*
 * Parks for a moment: 1 ms at first, up to 20 ms as *rest grows (0 at first). Returns 0 if the call is to be tried
 * again; ETIMEDOUT if call->until.deadline has passed, EINTR or ECANCELED as park() does.
 */
int rest(struct blocking *call, nanos *rest);

#endif
