/* Signals that the kernel sends to an OS thread for one greenlet, whose mask it does not know. */
#ifndef PRELOAD_SIGNAL_ADDRESSED_H
#define PRELOAD_SIGNAL_ADDRESSED_H

/*
 * Such a signal may come from now on: where the program leaves the default action, that is taken once the greenlet lets
 * the signal through.
 */
void expect_addressed(int signo);

#endif
