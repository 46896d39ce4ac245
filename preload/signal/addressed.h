/* Signals that the kernel sends to an OS thread for one greenlet. The kernel does not know the greenlet's mask. */
#ifndef PRELOAD_SIGNAL_ADDRESSED_H
#define PRELOAD_SIGNAL_ADDRESSED_H

/*
 * Announces that such a signal may arrive from now on. If the program leaves the default action, it is taken once the
 * greenlet unblocks the signal.
 */
void expect_addressed(int signo);

#endif
