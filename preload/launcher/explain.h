/* What greenload can do for a program, told without running it. */
#ifndef PRELOAD_LAUNCHER_EXPLAIN_H
#define PRELOAD_LAUNCHER_EXPLAIN_H

/* Prints a page about the command whose file this is, and exits; refuses what cannot be run or read. */
_Noreturn void explain(const char *name, const char *path);

#endif
