/*
 * The life and the end of greenlets: delayed starts, states, what is called at the end, waiting for several.
 *
 * Who owns a handle: whoever spawned the greenlet, until he joins it, detaches it or hands it to a function below that
 * says it releases it. A handle of an ended greenlet stays valid until then: state, name, error and value can be asked
 * for. After that it must not be used; to use it is not detected, but in a library built with `make DEBUG=1`, which
 * ends the process with a message. Unless a function says otherwise it is for the OS thread that spawned the greenlet,
 * and fails with EINVAL on another.
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
 * alive from now on. Killed before it begins, it ends without having run, with the error ECANCELED. Never parks.
 */
green_t *green_spawn_later(double seconds, green_fn *fn, void *arg);

/*
 * Lets the other greenlets run until none of them is ready. Fails with ECANCELED (killed). On an OS thread without
 * greenlets: sched_yield().
 */
int green_idle(void);

/*
 * For a greenlet's function to return: notes that it has failed with this errno value, and returns NULL. For
 * work on a helper thread it does the same; on any other thread it only returns NULL. Never parks.
 */
void *green_fail(int error);

/* True once its function has been entered. NULL is answered with false, here and below. */
bool green_started(const green_t *g);

/* True once its function has returned. */
bool green_ready(const green_t *g);

/* True once its function has returned without green_fail(). */
bool green_successful(const green_t *g);

/* What its function said by green_fail(), ECANCELED when it never began; 0 while it has not ended and where it did not.
 */
int green_error(const green_t *g);

/* What its function returned; NULL while it has not. */
void *green_value(const green_t *g);

/* What is called when a greenlet ends; g is the one that has, and is still valid. */
typedef void green_link_fn(green_t *g, void *arg);

/*
 * Has fn(g, arg) called once g's function has returned, on the greenlet that ends, before anybody's join of it returns.
 * Several are called in the order in which they were added; fn may park. Where g has ended already, fn is called right
 * here. Fails with EINVAL (NULL, a main greenlet, another OS thread's), ENOMEM.
 */
int green_link(green_t *g, green_link_fn *fn, void *arg);

/* The same for a successful end alone. */
int green_link_value(green_t *g, green_link_fn *fn, void *arg);

/* The same for a failed end alone. */
int green_link_error(green_t *g, green_link_fn *fn, void *arg);

/* Takes back the first link with this fn and arg. Fails with ENOENT (there is none), EINVAL. */
int green_unlink(green_t *g, green_link_fn *fn, void *arg);

/*
 * Kills g and parks until it has ended. The handle stays valid, to be joined or detached. Fails with ETIMEDOUT (it has
 * not ended yet), ECANCELED (the caller was killed), EINTR, EDEADLK (oneself), EINVAL, EPERM (a main greenlet).
 */
int green_kill_wait(green_t *g, double timeout);

/* The same for all of them at once; NULLs in the list are passed over. A main greenlet in it is EINVAL here. */
int green_kill_all(green_t *const *list, size_t n, double timeout);

/*
 * Parks until count of the n greenlets have ended, all of them where count is 0 or more than n. Returns how many have,
 * also when the time is over. Releases nothing; NULLs in the list count as ended. Fails with ECANCELED, EINTR, EDEADLK
 * (the caller is in the list), EINVAL.
 */
ssize_t green_wait(green_t *const *list, size_t n, size_t count, double timeout);

/*
 * Parks until all n have ended, stores their values in results (unless that is NULL) in the order of the list, and
 * releases the handles. Fails as green_wait() does, and with ETIMEDOUT; then it has released nothing.
 */
int green_gather(green_t *const *list, size_t n, double timeout, void **results);

/* Hands out greenlets in the order in which they end. */
typedef struct green_iwait green_iwait_t;

/* For these n, which are not released. Never parks. Returns NULL with errno ENOMEM, EINVAL. */
green_iwait_t *green_iwait(green_t *const *list, size_t n);

/*
 * The next that has ended; parks until there is one. NULL with errno 0 when all were handed out; else ETIMEDOUT,
 * ECANCELED, EINTR, EINVAL.
 */
green_t *green_iwait_next(green_iwait_t *iwait, double timeout);

/*
 * Before any of the handles is released that it has not handed out. NULL is allowed. It must not be used after that,
 * see above.
 */
void green_iwait_free(green_iwait_t *iwait);

/*
 * Joins g if it ends in time; else kills it, waits for its end, joins it and fails with ETIMEDOUT. Where the caller is
 * killed meanwhile (ECANCELED) or interrupted (EINTR), g lives on and the handle stays valid.
 */
int green_wait_for(green_t *g, double timeout, void **result);

/*
 * Between these two neither a kill nor a timeout ends the calling greenlet's calls: for a clean-up that must be waited
 * for, or what must not be left half done. What came meanwhile takes effect after the end. They nest; a timeout that is
 * begun inside works inside, and is ended inside. green_shield_end() without a beginning fails with EINVAL, as do both
 * on an OS thread without greenlets. Never park.
 */
int green_shield_begin(void);
int green_shield_end(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
