/*
 * Events, which many wait for, and results, which one brings and others wait for: gevent's Event and AsyncResult.
 *
 * All these functions may be called by any greenlet and by any OS thread, one without greenlets included; it blocks
 * where a greenlet parks. Not by signal handlers. An object must not be used after it was freed: that is not detected,
 * but in a library built with `make DEBUG=1`, which ends the process with a message. In the child of a fork an object
 * must not be used that anybody else was using.
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

/* One that is clear. NULL with errno ENOMEM. */
green_event_t *green_event_new(void);

/* NULL is allowed. Fails with EBUSY (somebody waits for it), and has not freed it then. */
int green_event_free(green_event_t *event);

/* Sets it, and wakes all who wait for it. Never parks. Fails with EINVAL (NULL). */
int green_event_set(green_event_t *event);

/* Clears it: who waits from now on waits for the next setting. Fails with EINVAL (NULL). */
int green_event_clear(green_event_t *event);

/* True when it is set; false for NULL. */
bool green_event_is_set(const green_event_t *event);

/*
 * Returns at once when the event is set, else parks until it is; it may be clear again by then. Fails with ETIMEDOUT,
 * ECANCELED, EINTR, EINVAL.
 */
int green_event_wait(green_event_t *event, double timeout);

/* A value, or an error, that is not there yet. */
typedef struct green_result green_result_t;

/* What is called once a result is there. */
typedef void green_done_fn(green_result_t *result, void *arg);

/* One that is not there. NULL with errno ENOMEM. */
green_result_t *green_result_new(void);

/*
 * NULL is allowed. What was to be called once it is there is not. Fails with EBUSY (somebody waits for it), and has not
 * freed it then.
 */
int green_result_free(green_result_t *result);

/*
 * The result is there: this value. Wakes all who wait for it and calls, right here, in order, what was to be called.
 * Never parks, but for those. Fails with EALREADY (it is there already), EINVAL (NULL).
 */
int green_result_set(green_result_t *result, void *value);

/* The same for an error, an errno value that is not 0 (EINVAL). */
int green_result_set_error(green_result_t *result, int error);

/* The same for ECANCELED: nobody wants it any more. */
int green_result_cancel(green_result_t *result);

/* True when it is there, value or error; false for NULL. */
bool green_result_is_done(const green_result_t *result);

/* The error that it is; 0 for a value, for one that is not there, for NULL. */
int green_result_error(const green_result_t *result);

/*
 * Parks until the result is there, and stores its value in *value (unless that is NULL). Fails with the error that the
 * result is, and with ETIMEDOUT, ECANCELED, EINTR, EINVAL.
 */
int green_result_get(green_result_t *result, double timeout, void **value);

/*
 * Has fn(result, arg) called by whoever brings the result; right here where it is there. fn may free the result where
 * nobody waits for it and it is called last. Fails with EINVAL (NULL), ENOMEM.
 */
int green_result_on_done(green_result_t *result, green_done_fn *fn, void *arg);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
