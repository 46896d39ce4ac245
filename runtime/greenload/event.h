/*
 * Events, for which many can wait, and results, which one thread sets and others wait for: gevent's Event and
 * AsyncResult.
 *
 * All these functions may be called by any greenlet and by any OS thread, also one without greenlets, which blocks
 * where a greenlet parks. Not by signal handlers. An object must not be used after it was freed. Such a use is detected
 * only in a library built with `make DEBUG=1`, which aborts the process with a message. The child of a fork must not
 * use an object that another thread was using.
 */
#ifndef GREENLOAD_EVENT_H
#define GREENLOAD_EVENT_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* A flag that is set or clear. */
typedef struct green_event green_event_t;

/* Makes an event that is clear. NULL with errno ENOMEM. */
green_event_t *green_event_new(void);

/* NULL is allowed. Fails with EBUSY (it has a waiter), and has not freed it then. */
int green_event_free(green_event_t *event);

/* Sets it, and wakes all its waiters. Never parks. Fails with EINVAL (NULL). */
int green_event_set(green_event_t *event);

/* Clears it: later calls of green_event_wait() wait for the next set. Fails with EINVAL (NULL). */
int green_event_clear(green_event_t *event);

/* True if it is set; false for NULL. */
bool green_event_is_set(const green_event_t *event);

/*
 * Returns at once if the event is set, otherwise parks until it is set; it may be clear again by then. Fails with
 * ETIMEDOUT, ECANCELED, EINTR, EINVAL.
 */
int green_event_wait(green_event_t *event, double timeout);

/* A value, or an error, that becomes available later. */
typedef struct green_result green_result_t;

/* A function that is called once a result is available. */
typedef void green_done_fn(green_result_t *result, void *arg);

/* Makes a result that is not available yet. NULL with errno ENOMEM. */
green_result_t *green_result_new(void);

/*
 * NULL is allowed. Functions that were to be called once it is available are not called. Fails with EBUSY (it has a
 * waiter), and has not freed it then.
 */
int green_result_free(green_result_t *result);

/*
 * Sets the result to this value. Wakes all its waiters and calls, in the calling thread and in order, the functions of
 * green_result_on_done(). Parks only if one of those does. Fails with EALREADY (it was set before), EINVAL (NULL).
 */
int green_result_set(green_result_t *result, void *value);

/* The same for an error, an errno value that is not 0 (EINVAL). */
int green_result_set_error(green_result_t *result, int error);

/* The same for ECANCELED: the result is no longer wanted. */
int green_result_cancel(green_result_t *result);

/* True if it is available, value or error; false for NULL. */
bool green_result_is_done(const green_result_t *result);

/* The error to which it was set; 0 for a value, for a result that is not available, for NULL. */
int green_result_error(const green_result_t *result);

/*
 * Parks until the result is available, and stores its value in *value (unless that is NULL). Fails with the error to
 * which the result was set, and with ETIMEDOUT, ECANCELED, EINTR, EINVAL.
 */
int green_result_get(green_result_t *result, double timeout, void **value);

/*
 * Has fn(result, arg) called by the thread that sets the result, or immediately by the caller if it is available. fn
 * may free the result if it has no waiters and fn is the last function called. Fails with EINVAL (NULL), ENOMEM.
 */
int green_result_on_done(green_result_t *result, green_done_fn *fn, void *arg);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
