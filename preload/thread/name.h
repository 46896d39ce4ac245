/*
 * Names of threads. A greenlet that was given none goes by that of its OS thread, as a thread inherits the name of its
 * creator: so that need not be asked for at every start.
 */
#ifndef PRELOAD_THREAD_NAME_H
#define PRELOAD_THREAD_NAME_H

#include "runtime/lifecycle/greenlet.h"

/*
 * Before an OS thread whose main greenlet this is gets another name: those that have inherited the present one keep it.
 * NULL, and a caller on another OS thread: nothing is done.
 */
void keep_inherited_names(const struct greenlet *main);

#endif
