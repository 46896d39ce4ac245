/* What waits for children and signal handlers have to do with each other. */
#ifndef PRELOAD_PROCESS_SIGCHLD_H
#define PRELOAD_PROCESS_SIGCHLD_H

/*
 * To be called before the program's handler of SIGCHLD: if the main thread waits for a child, and that is what the
 * signal is about, the wait takes it first. In the kernel it does, as it looks once more before it lets the handler
 * run; a handler that takes all children it finds must not find that one. Async-signal-safe.
 */
void take_child_before_handler(void);

#endif
