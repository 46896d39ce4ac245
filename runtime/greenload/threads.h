/*
 * Work on OS threads, for what computes long or waits in a call that cannot park: only the caller parks.
 *
 * The work runs on helper threads that the library makes as they are needed, and all signals are blocked there. They
 * have 1 MiB of stack, and no greenlets: what blocks there blocks.
 */
#ifndef GREENLOAD_THREADS_H
#define GREENLOAD_THREADS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Calls fn(arg) on a helper thread, parks until it returns, and stores what it returned in *result (unless that is
 * NULL). Fails with the error that fn says by green_fail(), and with EINVAL (NULL). Neither a kill nor a timeout cuts
 * it short. On an OS thread without greenlets, and where the system gives no thread, fn runs right here.
 */
int green_call_on_thread(green_fn *fn, void *arg, void **result);

/* A limit on how much of that goes on at once. */
typedef struct green_threads green_threads_t;

/*
 * Up to size calls at once; where size is 0, as many as the environment's GREENLOAD_THREADS says, or there are
 * processors, and at most 512. NULL with errno ENOMEM.
 */
green_threads_t *green_threads_new(size_t size);

/* NULL is allowed. Fails with EBUSY (calls are under way), and has not freed it then. */
int green_threads_free(green_threads_t *threads);

/*
 * As green_call_on_thread(), in turn: while too many calls are under way it waits for one of them to end, and can then
 * fail with ECANCELED, EINTR, ETIMEDOUT (a timeout of the caller's) as well, fn not having been called. May be called
 * by greenlets of any OS thread, and by OS threads, which wait in turn too.
 */
int green_threads_call(green_threads_t *threads, green_fn *fn, void *arg, void **result);

/*
 * The same in a greenlet of its own; the result is the caller's to free, once it is there. NULL with errno EINVAL,
 * ENOMEM, and as for green_spawn(). Never parks.
 */
green_result_t *green_threads_apply_async(green_threads_t *threads, green_fn *fn, void *arg);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
