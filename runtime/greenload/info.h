/*
 * What the greenlets are doing: for developers whose program makes no progress.
 */
#ifndef GREENLOAD_INFO_H
#define GREENLOAD_INFO_H

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Prints a line for every greenlet of the calling OS thread, below the one that has spawned it: its number and name,
 * whether it runs, is ready, waits, or has not begun, what it waits for (a descriptor, an object of the toolbox, a
 * lock), how long it has waited and how much time is left. If the greenlet that spawned it has ended, it is listed
 * below the main greenlet. Parks if a write to the stream does. Fails with EINVAL (NULL), ENOMEM, and as writing to the
 * stream does.
 */
int green_print_tree(FILE *stream);

/*
 * The same, with the call stack of each greenlet, the innermost call first: names if the program exports them (cc
 * -rdynamic), otherwise places for addr2line(1). Of the program's calls only the innermost is printed on machines other
 * than x86-64 and AArch64, and on x86-64 for greenlets that have less than 16 KiB of stack left.
 */
int green_print_run_info(FILE *stream);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
