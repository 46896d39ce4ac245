/*
 * What a sanitizer is told of contexts where this library itself is compiled with it. In any other build all of it is
 * empty.
 *
 * AddressSanitizer (`make SANITIZE=address`): which stack is used next, and for which of its threads.
 *
 * ThreadSanitizer (`make SANITIZE=thread`): each context is a thread of its own to it, a fiber. It finds the running
 * one by a thread-local variable, of which each TLS block has one: so the block that a context goes on with is first
 * lent to the running fiber, then becomes the thread's, and then the fibers are switched. A switch is a
 * synchronization for it: contexts of one OS thread run one after another.
 */
#ifndef RUNTIME_SYS_FIBER_H
#define RUNTIME_SYS_FIBER_H

#include <stdbool.h>
#include <stddef.h>

/* The Makefile's word: some files are compiled without the sanitizer, and must agree on what a context is. */
#if defined(WITH_ADDRESS_SANITIZER)

#include <pthread.h>
#include <sanitizer/asan_interface.h>

/* It keeps its description of a thread with the first key of the process. Contexts share that of their OS thread. */
#define FIBER_KEY ((pthread_key_t)0)

#define IS_SANITIZED 1
#define FIBER_UNSEEN

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

static inline void fiber_free(struct fiber *f)
{
	(void)f;
}

static inline void fiber_lend(void *tp)
{
	(void)tp;
}

static inline void fiber_enter(struct fiber *from, struct fiber *to)
{
	(void)from;
	(void)to;
}

static inline void fiber_acquire(const void *address)
{
	(void)address;
}

static inline void fiber_release_pages(void)
{
}

static inline void fiber_acquire_pages(void)
{
}

#elif defined(WITH_THREAD_SANITIZER)

#include <sanitizer/tsan_interface.h>

#define IS_SANITIZED 1

/* Of a function that the sanitizer is not to see: its accesses, and that it was called. */
#define FIBER_UNSEEN __attribute__((no_sanitize("thread"), noinline))

struct fiber {
	void *thread; /* the sanitizer's; NULL: none was made */
	bool is_ignored;
};

/* A context is going to begin: it has another fiber than the one that may have ended there. */
void fiber_make(struct fiber *f, const void *low, size_t size);

/* The context has ended and does not run. */
void fiber_free(struct fiber *f);

/* The block at tp is going to be the running context's, until it has another or fiber_enter(). */
void fiber_lend(void *tp);

/* Right before a switch, with the thread pointer of the context that is switched to. */
void fiber_enter(struct fiber *from, struct fiber *to);

/* An atomic load that the sanitizer has not seen was an acquire. */
static inline void fiber_acquire(const void *address)
{
	__tsan_acquire((void *)address);
}

/*
 * The kernel has unmapped pages before it maps others at their place, perhaps for another OS thread: the sanitizer sees
 * no raw system call.
 */
static inline void fiber_release_pages(void)
{
	extern char fiber_pages __attribute__((visibility("hidden")));

	__tsan_release(&fiber_pages);
}

static inline void fiber_acquire_pages(void)
{
	extern char fiber_pages __attribute__((visibility("hidden")));

	__tsan_acquire(&fiber_pages);
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

#else

#define IS_SANITIZED 0
#define FIBER_UNSEEN

struct fiber {
	char nothing[0];
};

static inline void fiber_make(struct fiber *f, const void *low, size_t size)
{
	(void)f;
	(void)low;
	(void)size;
}

static inline void fiber_free(struct fiber *f)
{
	(void)f;
}

static inline void fiber_lend(void *tp)
{
	(void)tp;
}

static inline void fiber_acquire(const void *address)
{
	(void)address;
}

static inline void fiber_release_pages(void)
{
}

static inline void fiber_acquire_pages(void)
{
}

static inline void fiber_leave(struct fiber *from, struct fiber *to)
{
	(void)from;
	(void)to;
}

static inline void fiber_enter(struct fiber *from, struct fiber *to)
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
