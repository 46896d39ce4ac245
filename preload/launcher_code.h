/* System calls in the code of a file: those that no hook sees. */
#ifndef LAUNCHER_CODE_H
#define LAUNCHER_CODE_H

#include "launcher_object.h"

/*
 * Calls take(number, arg) for each instruction of a system call whose number is set right before it. Code is not
 * followed, so bytes that only look like it are counted too.
 */
void for_each_syscall(const struct object *object, void (*take)(long number, void *arg), void *arg);

#endif
