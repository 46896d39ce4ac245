/*
 * Groups of greenlets, and pools: groups that hold a limited number at once.
 *
 * A group is for the greenlets of the OS thread that first spawns into it: on any other, these functions fail with
 * EPERM. A group must not be used after it was freed. Such a use is detected only in a library built with
 * `make DEBUG=1`, which aborts the process with a message.
 */
#ifndef GREENLOAD_GROUP_H
#define GREENLOAD_GROUP_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef struct green_group green_group_t;

/* Makes an empty group for any number of greenlets. NULL with errno ENOMEM. */
green_group_t *green_group_new(void);

/* The same for up to size greenlets at once. NULL with errno EINVAL (a size of 0), ENOMEM. */
green_group_t *green_pool_new(size_t size);

/* NULL is allowed. Fails with EBUSY (it is not empty, or has a waiter), and has not freed it then. */
int green_group_free(green_group_t *group);

/*
 * Spawns a greenlet that belongs to the group until it ends; parks while the group is full. The handle is detached: it
 * is valid until the greenlet ends. NULL with errno ETIMEDOUT, ECANCELED, EINTR (while the group was full), EINVAL,
 * EPERM, and as for green_spawn().
 */
green_t *green_group_spawn(green_group_t *group, green_fn *fn, void *arg, double timeout);

/* The same with options, as for green_spawn_with(). */
green_t *green_group_spawn_with(
    green_group_t *group, const struct green_options *options, green_fn *fn, void *arg, double timeout);

/*
 * The same, and returns a result, which the caller must free: it becomes the value that fn returns, or the error that
 * fn sets by green_fail(). If fn's greenlet ends in another way, by pthread_exit(), the value is NULL.
 */
green_result_t *green_group_apply_async(green_group_t *group, green_fn *fn, void *arg, double timeout);

/* The number of greenlets in it; 0 for NULL. */
size_t green_group_count(const green_group_t *group);

/* The number of greenlets that it has room for; SIZE_MAX without a limit, 0 for NULL. */
size_t green_group_free_count(const green_group_t *group);

/*
 * Parks until it is empty. Fails with ETIMEDOUT, ECANCELED, EINTR, EDEADLK (the caller is in the group), EINVAL, EPERM.
 */
int green_group_join(green_group_t *group, double timeout);

/* Kills all greenlets in it, and parks until it is empty. Fails as green_group_join() does. */
int green_group_kill(green_group_t *group, double timeout);

/*
 * Calls fn(args[i]) for each of n, each in a greenlet of the group, and parks until all calls have ended. Their return
 * values are stored in results[i], unless results is NULL. Fails with the error that the first call to fail sets by
 * green_fail(), after all have ended. If the caller is killed (ECANCELED) or interrupted (EINTR), the calls that run
 * are killed, the others never begin, and it returns after they have ended. The same happens if a greenlet cannot be
 * spawned (ENOMEM).
 */
int green_group_map(green_group_t *group, green_fn *fn, void *const *args, size_t n, void **results);

/* Calls in progress, whose results are returned as they arrive: imap_unordered. */
typedef struct green_imap green_imap_t;

/*
 * Begins to call fn(args[i]) for each of n, each in a greenlet of the group; args must stay valid until the last call
 * has begun. A greenlet of its own begins the calls; this parks only if it must do so to spawn that. NULL with errno
 * EINVAL, EPERM, ENOMEM.
 */
green_imap_t *green_group_imap(green_group_t *group, green_fn *fn, void *const *args, size_t n);

/*
 * Parks until another call has ended. Returns 1, and stores its index in *index and its return value in *value, unless
 * they are NULL; returns 0 after all were returned. Fails with the error that the call set by green_fail(), in which
 * case *index is stored, and with ETIMEDOUT, ECANCELED, EINTR, EINVAL, in which case *index is left unchanged.
 */
int green_imap_next(green_imap_t *imap, double timeout, size_t *index, void **value);

/*
 * Kills those of its greenlets that have not ended, and begins no more. NULL is allowed. Never parks. imap must not be
 * used after that, as for a group.
 */
void green_imap_free(green_imap_t *imap);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
