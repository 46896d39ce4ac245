/*
 * Work on OS threads, for long computations or calls that block and cannot park: only the caller parks.
 *
 * The work runs on offload threads that the library makes as they are needed. All signals are blocked there. They have
 * 1 MiB of stack, and no greenlets: a call that blocks there blocks the thread.
 */
#ifndef GREENLOAD_THREADS_H
#define GREENLOAD_THREADS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Calls fn(arg) on an offload thread, parks until it returns, and stores its return value in *result (unless that is
 * NULL). Fails with the error that fn sets by green_fail(), and with EINVAL (NULL). Neither a kill nor a timeout
 * interrupts it. On an OS thread without greenlets, and if no thread can be created, fn runs on the calling thread.
 */
int green_call_on_thread(green_fn *fn, void *arg, void **result);

/* A limit on the number of such calls at once. */
typedef struct green_threads green_threads_t;

/*
 * Allows up to size calls at once; if size is 0, as many as the environment's GREENLOAD_THREADS says, or as there are
 * processors, and at most 512. NULL with errno ENOMEM.
 */
green_threads_t *green_threads_new(size_t size);

/* NULL is allowed. Fails with EBUSY (calls are in progress), and has not freed it then. */
int green_threads_free(green_threads_t *threads);

/*
 * As green_call_on_thread(), in order of arrival: while too many calls are in progress it waits for one of them to end,
 * and can then also fail with ECANCELED, EINTR, ETIMEDOUT (a timeout of the caller), without having called fn. May be
 * called by greenlets of any OS thread, and by OS threads, which wait in the same order.
 */
int green_threads_call(green_threads_t *threads, green_fn *fn, void *arg, void **result);

/*
 * The same in a greenlet of its own. The caller must free the result, once it is available. NULL with errno EINVAL,
 * ENOMEM, and as for green_spawn(). Never parks.
 */
green_result_t *green_threads_apply_async(green_threads_t *threads, green_fn *fn, void *arg);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
