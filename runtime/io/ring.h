/* Requests that the kernel carries out by itself, while the greenlet that has made them is parked: io_uring. */
#ifndef RUNTIME_IO_RING_H
#define RUNTIME_IO_RING_H

#include <stdbool.h>

struct io_uring_sqe;

/*
 * Has the kernel do what the request says, which liburing's functions have prepared, and waits for it: neither a kill
 * nor a signal cuts that short. The request must be all zeros before it is prepared: from liburing 2.5 on the functions
 * set only the fields that they need. *result is then what the system call would have returned, or -errno. False where
 * nothing was done, because there is no io_uring to be had or it does not know how: the call is to be made otherwise.
 * On a greenlet only; leaves errno alone.
 */
bool ring_carries_out(const struct io_uring_sqe *request, long *result);

/*
 * The calling OS thread has gone to other namespaces, or shares its working directory with others no more. The kernel's
 * threads that serve its ring have not come along: of paths it is not asked any more. On a greenlet only.
 */
void ring_stays_behind(void);

#endif
