/*
 * What AddressSanitizer is told of contexts where this library itself is compiled with it (`make SANITIZE=address`):
 * which stack is used next, and for which of its threads. In any other build all of it is empty.
 */
#ifndef RUNTIME_SYS_FIBER_H
#define RUNTIME_SYS_FIBER_H

#include <stdbool.h>
#include <stddef.h>

/* The Makefile's word: some files are compiled without the sanitizer, and must agree on what a context is. */
#ifdef WITH_ADDRESS_SANITIZER

#include <pthread.h>
#include <sanitizer/asan_interface.h>

/* It keeps its description of a thread with the first key of the process. Contexts share that of their OS thread. */
#define FIBER_KEY ((pthread_key_t)0)

#define IS_SANITIZED 1

struct fiber {
	const void *low; /* of the stack; of one that was not made here known once it was left */
	size_t size;
	void *fake_stack;   /* valid while it does not run */
	struct fiber *from; /* what ran before it */
	void *os_thread;    /* the value of FIBER_KEY */
};

/* A context is going to begin on this stack, where those before may have left frames. */
static inline void fiber_make(struct fiber *f, const void *low, size_t size)
{
	__asan_unpoison_memory_region(low, size);
	*f = (struct fiber){.low = low, .size = size};
}

/* Right before a switch. */
static inline void fiber_leave(struct fiber *from, struct fiber *to)
{
	to->from = from;
	to->os_thread = pthread_getspecific(FIBER_KEY);
	__sanitizer_start_switch_fiber(&from->fake_stack, to->low, to->size);
}

/* Right after the switch that comes back to it. */
static inline void fiber_arrive(struct fiber *f)
{
	__sanitizer_finish_switch_fiber(f->fake_stack, &f->from->low, &f->from->size);
}

/* The first thing in a context. */
static inline void fiber_begin(struct fiber *f)
{
	pthread_setspecific(FIBER_KEY, f->os_thread);
	fiber_arrive(f);
}

/* A greenlet's end is not that of the thread: the destructor of this key must not run. */
static inline bool fiber_has_key(size_t key)
{
	return key == FIBER_KEY;
}

#else

#define IS_SANITIZED 0

struct fiber {
	char nothing[0];
};

static inline void fiber_make(struct fiber *f, const void *low, size_t size)
{
	(void)f;
	(void)low;
	(void)size;
}

static inline void fiber_leave(struct fiber *from, struct fiber *to)
{
	(void)from;
	(void)to;
}

static inline void fiber_arrive(struct fiber *f)
{
	(void)f;
}

static inline void fiber_begin(struct fiber *f)
{
	(void)f;
}

static inline bool fiber_has_key(size_t key)
{
	(void)key;
	return false;
}

#endif

#endif
