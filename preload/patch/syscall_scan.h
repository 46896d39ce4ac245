/* System calls in machine code: those that no hook sees. */
#ifndef PRELOAD_PATCH_SYSCALL_SCAN_H
#define PRELOAD_PATCH_SYSCALL_SCAN_H

#include <stddef.h>

/*
 * Calls take(number, arg) for each instruction of a system call whose number is set right before it. Code is not
 * followed, so bytes that only look like it are counted too.
 */
void for_each_syscall(const void *code, size_t size, void (*take)(long number, void *arg), void *arg);

#endif
