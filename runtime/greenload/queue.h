/*
 * Queues: elements of one size go in by copy and come out by copy, in the order in which they came, in the opposite
 * order, or the least first. To pass pointers, make it a queue of sizeof(void *).
 *
 * All these functions may be called by any greenlet and by any OS thread, one without greenlets included; it blocks
 * where a greenlet parks. Not by signal handlers. Who waits is served in the order in which he came. A queue must not
 * be used after it was freed: that is not detected, but in a library built with `make DEBUG=1`, which ends the process
 * with a message. In the child of a fork a queue must not be used that anybody else was using.
 */
#ifndef GREENLOAD_QUEUE_H
#define GREENLOAD_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef struct green_queue green_queue_t;

/* Less than, equal to or greater than 0, as a comes out before b, at the same time, or after it. */
typedef int green_compare_fn(const void *a, const void *b);

/*
 * A queue for elements of this size that holds up to capacity of them, any number where capacity is 0. First in, first
 * out. NULL with errno EINVAL (a size of 0, or sizes beyond all measure), ENOMEM.
 */
green_queue_t *green_queue_new(size_t element_size, size_t capacity);

/* The same, last in, first out. */
green_queue_t *green_queue_new_lifo(size_t element_size, size_t capacity);

/* The same, the least first; of equal ones, the one that came first. compare must not call back, nor park. */
green_queue_t *green_queue_new_priority(size_t element_size, size_t capacity, green_compare_fn *compare);

/* A queue that holds nothing: whoever puts waits for whoever gets. */
green_queue_t *green_channel_new(size_t element_size);

/* NULL is allowed; elements in it are dropped. Fails with EBUSY (somebody waits at it), and has not freed it then. */
int green_queue_free(green_queue_t *queue);

/*
 * Copies an element into the queue; parks while it is full. Fails with ETIMEDOUT, ECANCELED, EINTR, EPIPE (closed),
 * ENOMEM (one without a capacity), EINVAL (NULL, timeout not a number).
 */
int green_queue_put(green_queue_t *queue, const void *element, double timeout);

/*
 * Copies the next element out of the queue; parks while it is empty. Fails with ETIMEDOUT, ECANCELED, EINTR, EPIPE
 * (closed, and nothing is left in it), EINVAL.
 */
int green_queue_get(green_queue_t *queue, void *element, double timeout);

/* The same, but leaves the element there. In a channel it sees what somebody waits to put. */
int green_queue_peek(green_queue_t *queue, void *element, double timeout);

/*
 * From now on nothing can be put; what is in the queue can be got. Wakes all who wait at it. Closing it again does
 * nothing. Never parks. Fails with EINVAL (NULL).
 */
int green_queue_close(green_queue_t *queue);

/* True once it was closed, and for NULL. */
bool green_queue_is_closed(green_queue_t *queue);

/* How many elements are in it; 0 for NULL. */
size_t green_queue_count(green_queue_t *queue);

/* An element that was got has been dealt with, see green_queue_join(). Fails with EINVAL (more often than was put). */
int green_queue_task_done(green_queue_t *queue);

/*
 * Parks until green_queue_task_done() was called for every element that was ever put. Fails with ETIMEDOUT, ECANCELED,
 * EINTR, EINVAL.
 */
int green_queue_join(green_queue_t *queue, double timeout);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
