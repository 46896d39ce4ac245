/*
 * The life and the end of greenlets: delayed starts, states, functions called at the end, waiting for several.
 *
 * The owner of a handle is the code that spawned the greenlet, until it joins it, detaches it or passes it to a
 * function below that says it releases it. The handle of an ended greenlet stays valid until then: its state, name,
 * error and value can be read. After that it must not be used. Such a use is detected only in a library built with
 * `make DEBUG=1`, which aborts the process with a message. Unless a function says otherwise it is for the OS thread
 * that spawned the greenlet, and fails with EINVAL on another.
 */
#ifndef GREENLOAD_ENDING_H
#define GREENLOAD_ENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * As green_spawn(), but the greenlet begins when this many seconds have passed; with 0 or less, at once. It counts as
 * alive from now on. If it is killed before it begins, it ends without having run, with the error ECANCELED. Never
 * parks.
 */
green_t *green_spawn_later(double seconds, green_fn *fn, void *arg);

/*
 * Lets the other greenlets run until none of them is ready. Fails with ECANCELED (killed). On an OS thread without
 * greenlets: sched_yield().
 */
int green_idle(void);

/*
 * For a greenlet's function to return: notes that it has failed with this errno value, and returns NULL. For work on an
 * offload thread it does the same; on any other thread it only returns NULL. Never parks.
 */
void *green_fail(int error);

/* True once its function has been entered. Returns false for NULL, as do the functions below. */
bool green_started(const green_t *g);

/* True once its function has returned. */
bool green_ready(const green_t *g);

/* True once its function has returned without green_fail(). */
bool green_successful(const green_t *g);

/*
 * The error that its function set by green_fail(), or ECANCELED if it never began; 0 before its end, and after a
 * success.
 */
int green_error(const green_t *g);

/* The value that its function returned; NULL before that. */
void *green_value(const green_t *g);

/* A function that is called when a greenlet ends; g is that greenlet, and is still valid. */
typedef void green_link_fn(green_t *g, void *arg);

/*
 * Has fn(g, arg) called once g's function has returned, on the greenlet that ends, before a join of it returns. Several
 * such functions are called in the order in which they were added; fn may park. If g has ended already, fn is called
 * immediately, by the caller. Fails with EINVAL (NULL, a main greenlet, a greenlet of another OS thread), ENOMEM.
 */
int green_link(green_t *g, green_link_fn *fn, void *arg);

/* The same for a successful end only. */
int green_link_value(green_t *g, green_link_fn *fn, void *arg);

/* The same for a failed end only. */
int green_link_error(green_t *g, green_link_fn *fn, void *arg);

/* Removes the first link with this fn and arg. Fails with ENOENT (there is none), EINVAL. */
int green_unlink(green_t *g, green_link_fn *fn, void *arg);

/*
 * Kills g and parks until it has ended. The handle stays valid, to be joined or detached. Fails with ETIMEDOUT (it has
 * not ended yet), ECANCELED (the caller was killed), EINTR, EDEADLK (g is the caller), EINVAL, EPERM (a main greenlet).
 */
int green_kill_wait(green_t *g, double timeout);

/*
 * The same for all of them at once; NULLs in the list are skipped. For a main greenlet in the list it fails with
 * EINVAL.
 */
int green_kill_all(green_t *const *list, size_t n, double timeout);

/*
 * Parks until count of the n greenlets have ended; all of them if count is 0 or more than n. Returns how many have
 * ended, also if the timeout has expired. Releases nothing; NULLs in the list count as ended. Fails with ECANCELED,
 * EINTR, EDEADLK (the caller is in the list), EINVAL.
 */
ssize_t green_wait(green_t *const *list, size_t n, size_t count, double timeout);

/*
 * Parks until all n have ended, stores their values in results (unless that is NULL) in the order of the list, and
 * releases the handles. Fails as green_wait() does, and with ETIMEDOUT; on failure it releases nothing.
 */
int green_gather(green_t *const *list, size_t n, double timeout, void **results);

/* Returns greenlets in the order in which they end. */
typedef struct green_iwait green_iwait_t;

/* Makes one for these n greenlets, which are not released. Never parks. Returns NULL with errno ENOMEM, EINVAL. */
green_iwait_t *green_iwait(green_t *const *list, size_t n);

/*
 * Returns the next greenlet that has ended; parks until there is one. NULL with errno 0 after all were returned;
 * otherwise with ETIMEDOUT, ECANCELED, EINTR, EINVAL.
 */
green_t *green_iwait_next(green_iwait_t *iwait, double timeout);

/*
 * To be called before a handle that it has not returned yet is released. NULL is allowed. iwait must not be used after
 * that, see above.
 */
void green_iwait_free(green_iwait_t *iwait);

/*
 * Joins g if it ends in time. Otherwise kills it, waits for its end, joins it and fails with ETIMEDOUT. If the caller
 * is killed meanwhile (ECANCELED) or interrupted (EINTR), g continues to live and the handle stays valid.
 */
int green_wait_for(green_t *g, double timeout, void **result);

/*
 * Between these two calls neither a kill nor a timeout ends the calling greenlet's calls: for a clean-up that must be
 * waited for, or work that must not be left half done. A kill or a timeout that arrives meanwhile takes effect after
 * the end. Shields nest; a timeout that is begun inside works inside, and must be ended inside. green_shield_end()
 * without a beginning fails with EINVAL, as do both on an OS thread without greenlets. Never park.
 */
int green_shield_begin(void);
int green_shield_end(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
