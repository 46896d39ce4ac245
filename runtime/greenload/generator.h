/*
 * Generators: functions that pass out one value at a time, take one back, and resume where they were.
 *
 *	static void *count(green_gen_t *gen, void *arg)
 *	{
 *		for (intptr_t i = 0; i < (intptr_t)arg; i++)
 *			if (green_gen_yield(gen, (void *)i, NULL) < 0)
 *				break; // it is being closed: clean up
 *		return NULL;
 *	}
 *
 *	green_gen_t *gen = green_gen_new(count, (void *)10);
 *	while (green_gen_next(gen, &value) > 0)
 *		...
 *	green_gen_close(gen);
 *
 * A generator has a stack of its own, but is no greenlet: it runs as a part of the caller that asks it for a value,
 *with the caller's errno and thread-local variables, and if it parks, the caller parks. It belongs to the greenlet, or
 *the OS thread without greenlets, that first asks, because compilers keep the addresses of thread-local variables
 *across calls. To yield from another function, call it with the generator: that is all of `yield from`.
 *
 * A generator must not be used after it was closed. Such a use is usually detected only in a library built with
 * `make DEBUG=1`, which aborts the process with a message. A generator that is never closed is never freed.
 */
#ifndef GREENLOAD_GENERATOR_H
#define GREENLOAD_GENERATOR_H

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef struct green_gen green_gen_t;

/* The function that a generator runs. */
typedef void *green_gen_fn(green_gen_t *gen, void *arg);

/*
 * Makes a generator that will run fn(gen, arg) once it is asked for the first value. Its stack is as large as a
 * greenlet's. NULL with errno EINVAL (fn is NULL), ENOMEM. May be called anywhere.
 */
green_gen_t *green_gen_new(green_gen_fn *fn, void *arg);

/*
 * Resumes the generator, with this value as the result of its yield; the first value has no yield to receive it and is
 * dropped. Returns 1 if the generator yields, and 0 if its function has returned; *yielded is the value that it yields
 * or returned, unless yielded is NULL. Later calls return 0 and store NULL. Parks where the generator does. Fails with
 * EINVAL (NULL), EBUSY (it is running: it has called itself, or another greenlet parks in it), EPERM (it belongs to
 * another thread).
 */
int green_gen_send(green_gen_t *gen, void *value, void **yielded);

/* The same with the value NULL. */
int green_gen_next(green_gen_t *gen, void **yielded);

/*
 * For the generator: passes out a value and waits to be asked for the next. Stores the value that is sent in *sent,
 * unless that is NULL. Fails with ECANCELED while it is being closed, from then on each time, and with EINVAL outside
 * of it.
 */
int green_gen_yield(green_gen_t *gen, void *value, void **sent);

/*
 * Makes the generator's yield fail with ECANCELED, waits until its function has returned, and frees it. A generator
 * that has not begun is only freed. NULL is allowed. Parks where its clean-up does. Fails with EBUSY, EPERM, as for
 * green_gen_send().
 */
int green_gen_close(green_gen_t *gen);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#if defined __x86_64__ && defined __LP64__ && defined __OPTIMIZE__ && !defined __AVX512F__ && !defined __APX_F__ &&    \
    !defined __clang_analyzer__
#include "yield_x86_64.h"
#endif

#endif
