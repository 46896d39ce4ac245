/* Explains what greenload can do for a program, without running it. */
#ifndef PRELOAD_LAUNCHER_EXPLAIN_H
#define PRELOAD_LAUNCHER_EXPLAIN_H

/* Prints a page about the command whose file this is, and exits; refuses a file that cannot be run or read. */
_Noreturn void explain(const char *name, const char *path);

#endif
