/* Directories of numbers in proc(5), as the kernel has them. */
#ifndef RUNTIME_SYS_PROC_LIST_H
#define RUNTIME_SYS_PROC_LIST_H

#include <stdbool.h>

/*
 * Calls f with the number of each entry of this directory, by system calls alone. False where the directory cannot be
 * opened. Async-signal-safe if f is.
 */
bool for_each_number(const char *directory, void (*f)(int number, void *arg), void *arg);

#endif
