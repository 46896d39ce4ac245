/* Calls that a helper OS thread is to wait in, where no OS thread is to be had: they are made again and again. */
#ifndef PRELOAD_CORE_RETRY_H
#define PRELOAD_CORE_RETRY_H

#include "blocking.h"

/*
 * Parks for a moment: 1 ms at first, up to 20 ms as *rest grows (0 at first). Returns 0 when the call is to be tried
 * again; ETIMEDOUT when call->until.deadline has passed, EINTR or ECANCELED as park() does.
 */
int rest(struct blocking *call, nanos *rest);

#endif
