/*
 * Groups of greenlets, and pools: groups that hold only so many at once.
 *
 * A group is for the greenlets of the OS thread that first spawns into it: on any other, these functions fail with
 * EPERM. A group must not be used after it was freed: that is not detected, but in a library built with
 * `make DEBUG=1`, which ends the process with a message.
 */
#ifndef GREENLOAD_GROUP_H
#define GREENLOAD_GROUP_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef struct green_group green_group_t;

/* An empty group for any number of greenlets. NULL with errno ENOMEM. */
green_group_t *green_group_new(void);

/* The same for up to size greenlets at once. NULL with errno EINVAL (a size of 0), ENOMEM. */
green_group_t *green_pool_new(size_t size);

/* NULL is allowed. Fails with EBUSY (it is not empty, or somebody waits at it), and has not freed it then. */
int green_group_free(green_group_t *group);

/*
 * Spawns a greenlet that belongs to the group until it ends; parks while the group is full. The handle is detached: it
 * is valid until the greenlet ends. NULL with errno ETIMEDOUT, ECANCELED, EINTR (while it was full), EINVAL, EPERM, and
 * as for green_spawn().
 */
green_t *green_group_spawn(green_group_t *group, green_fn *fn, void *arg, double timeout);

/* The same with options, as for green_spawn_with(). */
green_t *green_group_spawn_with(
    green_group_t *group, const struct green_options *options, green_fn *fn, void *arg, double timeout);

/*
 * The same, and hands out a result, which is the caller's to free: it will be what fn returns, or the error that it
 * says by green_fail(). Where fn's greenlet ends in another way, by pthread_exit(), that is NULL.
 */
green_result_t *green_group_apply_async(green_group_t *group, green_fn *fn, void *arg, double timeout);

/* How many greenlets are in it; 0 for NULL. */
size_t green_group_count(const green_group_t *group);

/* How many more can be; SIZE_MAX without a limit, 0 for NULL. */
size_t green_group_free_count(const green_group_t *group);

/*
 * Parks until it is empty. Fails with ETIMEDOUT, ECANCELED, EINTR, EDEADLK (the caller is in the group), EINVAL, EPERM.
 */
int green_group_join(green_group_t *group, double timeout);

/* Kills all that are in it, and parks until it is empty. Fails as green_group_join() does. */
int green_group_kill(green_group_t *group, double timeout);

/*
 * Calls fn(args[i]) for each of n, each in a greenlet of the group, and parks until all have ended. What they return is
 * stored in results[i], unless results is NULL. Fails with the error that the first of them to fail says by
 * green_fail(), when all have ended. Where the caller is killed (ECANCELED) or interrupted (EINTR), those that run are
 * killed, the others never begin, and it returns when they have ended; so with a failure to spawn one (ENOMEM).
 */
int green_group_map(green_group_t *group, green_fn *fn, void *const *args, size_t n, void **results);

/* Calls under way, whose results are handed out as they come: imap_unordered. */
typedef struct green_imap green_imap_t;

/*
 * Begins to call fn(args[i]) for each of n, each in a greenlet of the group; args must stay until the last was begun.
 * Parks only if it must for a greenlet of its own that does so. NULL with errno EINVAL, EPERM, ENOMEM.
 */
green_imap_t *green_group_imap(green_group_t *group, green_fn *fn, void *const *args, size_t n);

/*
 * Parks until another has ended. Returns 1, and stores which one in *index and what it returned in *value, unless they
 * are NULL; 0 when all were handed out. Fails with the error that it says by green_fail(), *index being stored, and
 * with ETIMEDOUT, ECANCELED, EINTR, EINVAL, *index being left alone.
 */
int green_imap_next(green_imap_t *imap, double timeout, size_t *index, void **value);

/*
 * Kills those of its greenlets that have not ended, and begins no more. NULL is allowed. Never parks. It must not be
 * used after that, as a group must not.
 */
void green_imap_free(green_imap_t *imap);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
