/* The end of a thread. */
#ifndef PRELOAD_CORE_EXIT_THREAD_H
#define PRELOAD_CORE_EXIT_THREAD_H

/*
 * Ends the calling thread, be it a greenlet or not, as pthread_exit(3): runs its clean-up handlers and the destructors
 * of its keys. A cancellation ends it with PTHREAD_CANCELED. No lock is held.
 */
void exit_thread(void *value) __attribute__((noreturn));

#endif
