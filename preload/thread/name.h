/*
 * Names of threads. A greenlet without a name of its own has that of its OS thread, because a thread inherits the name
 * of its creator: so the name need not be read at each start.
 */
#ifndef PRELOAD_THREAD_NAME_H
#define PRELOAD_THREAD_NAME_H

#include "runtime/lifecycle/greenlet.h"

/*
 * Called before the OS thread of this main greenlet is renamed: the greenlets that have inherited the present name keep
 * it. Does nothing for NULL, or if the caller is on another OS thread.
 */
void keep_inherited_names(const struct greenlet *main);

#endif
