/* Finds system calls in machine code that no hook sees. */
#ifndef PRELOAD_PATCH_SYSCALL_SCAN_H
#define PRELOAD_PATCH_SYSCALL_SCAN_H

#include <stddef.h>

/*
 * Calls take(number, arg) for each system call instruction whose number is set right before it. Control flow is not
 * followed, so bytes that only look like such code are reported, too.
 */
void for_each_syscall(const void *code, size_t size, void (*take)(long number, void *arg), void *arg);

#endif
