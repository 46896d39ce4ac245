/*
 * greenload: greenlets for C.
 *
 * A greenlet is a thread of control that costs two pages of memory and a switch of a few nanoseconds. All greenlets
 * of an OS thread take turns on it; a call that would block (read, connect, sleep, poll and the like) parks the
 * greenlet that made it and lets another run. The code inside a greenlet is ordinary blocking code.
 *
 * The first spawn on an OS thread makes that thread a host: its own code becomes the main greenlet. When the main
 * function of the program returns, the process ends, as with threads.
 *
 * Times are in seconds; a negative timeout waits for ever, 0 does not wait. Functions that return int answer 0 or a
 * non-negative value on success, and -1 with errno set on failure.
 */
#ifndef GREENLOAD_H
#define GREENLOAD_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* A handle on a greenlet; valid from its spawn until it is joined, or until it ends once it was detached. */
typedef struct greenlet green_t;

/* The function that a greenlet runs; its result goes to the joiner. */
typedef void *green_fn(void *arg);

struct green_options {
	const char *name;  /* copied, shown in reports, cut to 15 characters; NULL: none */
	size_t stack_size; /* bytes the function may use; 0: GREENLOAD_STACK, or 256 KiB */
};

/*
 * Makes a greenlet that will run fn(arg), and queues it; it starts when the caller parks or yields. Never parks.
 * Returns NULL with errno ENOMEM (no stack, no thread-local storage), ENOTSUP (this libc is not one we know, or
 * ThreadSanitizer watches), EMFILE or ENFILE (no descriptor for the event loop), EINVAL (fn is NULL, absurd stack
 * size).
 */
green_t *green_spawn(green_fn *fn, void *arg);

/* The same with options; NULL means the defaults. */
green_t *green_spawn_with(const struct green_options *options, green_fn *fn, void *arg);

/* The calling greenlet; NULL on an OS thread that hosts none. */
green_t *green_self(void);

/* The greenlet's name, "" if it has none; valid as long as the handle. */
const char *green_name(const green_t *g);

/* The number of greenlets alive on this OS thread, the main one included; 0 if it hosts none. */
size_t green_count(void);

/* Lets the other ready greenlets run first. On an OS thread without greenlets: sched_yield(). */
void green_yield(void);

/*
 * Parks for this many seconds; 0 or less is a yield. On an OS thread without greenlets it sleeps. Fails with
 * ECANCELED (killed), EINTR (a signal handler ran), EINVAL (not a number).
 */
int green_sleep(double seconds);

/*
 * Waits until g has ended, stores the result of its function in *result (unless result is NULL) and releases the
 * handle. Fails, and leaves the handle valid, with ETIMEDOUT, ECANCELED (the caller was killed), EINTR; fails with
 * EDEADLK (g is the caller), EINVAL (NULL, detached, being joined by another greenlet, the main greenlet, or a greenlet
 * of another OS thread).
 */
int green_join(green_t *g, double timeout, void **result);

/* Gives up the handle: the greenlet is released when it ends. Fails with EINVAL (NULL, detached, being joined). */
int green_detach(green_t *g);

/*
 * Ends the greenlet's current blocking call, and each later one that would block, with ECANCELED, so that its code
 * unwinds by its normal error paths. Never parks; may be called from any OS thread while the handle is valid. To kill a
 * greenlet that has ended does nothing. Fails with EINVAL (NULL), EPERM (a main greenlet).
 */
int green_kill(green_t *g);

/*
 * Parks until fd is ready for one of events (POLLIN, POLLOUT, as for poll(2)) and returns those it is ready for, with
 * POLLERR, POLLHUP or POLLNVAL if they apply; 0 if the timeout has expired. Fails with ECANCELED, EINTR, EINVAL (events
 * empty or unknown, timeout not a number), ENOMEM. Without greenlets it is poll(2).
 */
int green_wait_fd(int fd, int events, double timeout);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#include "greenload/ending.h"
#include "greenload/event.h"
#include "greenload/generator.h"
#include "greenload/group.h"
#include "greenload/info.h"
#include "greenload/io.h"
#include "greenload/queue.h"
#include "greenload/server.h"
#include "greenload/signals.h"
#include "greenload/subprocess.h"
#include "greenload/threads.h"
#include "greenload/timeout.h"

#endif
