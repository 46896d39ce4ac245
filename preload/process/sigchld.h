/* The interaction of waits for children with signal handlers. */
#ifndef PRELOAD_PROCESS_SIGCHLD_H
#define PRELOAD_PROCESS_SIGCHLD_H

/*
 * To be called before the program's handler of SIGCHLD: if the main thread waits for a child, and the signal is about
 * that child, the wait takes it first. So does the kernel, which checks once more before it lets the handler run; a
 * handler that takes all children it finds must not find that one. Async-signal-safe.
 */
void take_child_before_handler(void);

#endif
