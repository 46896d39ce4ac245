/*
 * Queues: elements of one size are copied in and copied out, in the order in which they were put, in the opposite
 * order, or the least first. To pass pointers, make a queue of sizeof(void *).
 *
 * All these functions may be called by any greenlet and by any OS thread, also one without greenlets, which blocks
 * where a greenlet parks. Not by signal handlers. Waiters are served in the order in which they began to wait. A queue
 * must not be used after it was freed. Such a use is detected only in a library built with `make DEBUG=1`, which aborts
 * the process with a message. The child of a fork must not use a queue that another thread was using.
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

/* Returns less than, equal to or greater than 0 if a comes out before b, may come out in either order, or after b. */
typedef int green_compare_fn(const void *a, const void *b);

/*
 * Makes a queue for elements of this size that holds up to capacity of them, or any number if capacity is 0. First in,
 * first out. NULL with errno EINVAL (a size of 0, or sizes that are too large), ENOMEM.
 */
green_queue_t *green_queue_new(size_t element_size, size_t capacity);

/* The same, last in, first out. */
green_queue_t *green_queue_new_lifo(size_t element_size, size_t capacity);

/*
 * The same, the least first; of equal elements, the one that was put first. compare must not call back into the queue,
 * nor park.
 */
green_queue_t *green_queue_new_priority(size_t element_size, size_t capacity, green_compare_fn *compare);

/* Makes a queue that holds nothing: a put waits for a get. */
green_queue_t *green_channel_new(size_t element_size);

/* NULL is allowed; elements in it are dropped. Fails with EBUSY (it has a waiter), and has not freed it then. */
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

/* The same, but leaves the element there. In a channel it returns the element that a waiting put has. */
int green_queue_peek(green_queue_t *queue, void *element, double timeout);

/*
 * From now on nothing can be put; the elements in the queue can still be got. Wakes all its waiters. Closing it again
 * does nothing. Never parks. Fails with EINVAL (NULL).
 */
int green_queue_close(green_queue_t *queue);

/* True once it was closed, and for NULL. */
bool green_queue_is_closed(green_queue_t *queue);

/* The number of elements in it; 0 for NULL. */
size_t green_queue_count(green_queue_t *queue);

/*
 * Reports that an element that was got has been processed, see green_queue_join(). Fails with EINVAL (called more often
 * than elements were put).
 */
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
