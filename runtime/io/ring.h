/* Requests that the kernel carries out asynchronously, by io_uring, while the greenlet that made them is parked. */
#ifndef RUNTIME_IO_RING_H
#define RUNTIME_IO_RING_H

#include <stdbool.h>

struct io_uring_sqe;

/*
 * Has the kernel carry out the request, which liburing's functions have prepared, and parks until it is done: neither a
 * kill nor a signal interrupts the wait. The request must be all zeros before it is prepared: from liburing 2.5 on, the
 * functions set only the fields that they need. *result is then what the system call would have returned, or -errno.
 * Returns false if nothing was done, because io_uring is not available or does not know the operation: the caller then
 * makes the call in another way. On a greenlet only; preserves errno.
 */
bool ring_carries_out(const struct io_uring_sqe *request, long *result);

/*
 * The calling OS thread has entered other namespaces, or no longer shares its working directory with other threads. The
 * kernel's threads that serve its ring have not followed: the ring is no longer used for operations on paths. On a
 * greenlet only.
 */
void ring_stays_behind(void);

#endif
