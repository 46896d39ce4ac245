/*
 * What the greenlets are doing: for the developer who wonders why nothing goes on.
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
 * whether it runs, is ready, waits, or has not begun, for what (a descriptor, an object of the toolbox, a lock), for
 * how long it has waited and for how much longer it would. Where it was spawned by one that has ended, it stands below
 * the main greenlet. Parks where the stream does. Fails with EINVAL (NULL), ENOMEM, and as writing to the stream does.
 */
int green_print_tree(FILE *stream);

/*
 * The same, with the calls that each is in, the innermost first: names where the program exports them (cc -rdynamic),
 * else places for addr2line(1). Of the program's calls only the innermost is there on machines other than x86-64 and
 * AArch64, and on x86-64 for those that have less than 16 KiB of stack left.
 */
int green_print_run_info(FILE *stream);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
