/*
 * What a sanitizer is told of contexts, where this library itself is compiled with one. Other builds compile nothing
 * of it.
 *
 * AddressSanitizer (`make SANITIZE=address`) is told which stack is used next, and for which of its threads.
 *
 * ThreadSanitizer (`make SANITIZE=thread`) takes each context for a thread of its own, a fiber. It finds the running
 * fiber by a thread-local variable, which every TLS block has. So a switch first lends the next context's block to the
 * running fiber, then sets the thread pointer, then switches fibers. For ThreadSanitizer a switch is a synchronization:
 * contexts of one OS thread run one after another.
 */
#ifndef RUNTIME_SYS_FIBER_H
#define RUNTIME_SYS_FIBER_H

#include <stdbool.h>
#include <stddef.h>

struct fiber;

/* The Makefile's words: some files are compiled without the sanitizer, and must agree on what a context is. */
#if defined(WITH_ADDRESS_SANITIZER) || defined(WITH_THREAD_SANITIZER)
#define IS_SANITIZED 1
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

#endif

#ifdef WITH_ADDRESS_SANITIZER

#include <pthread.h>
#include <sanitizer/asan_interface.h>

/* It keeps its description of a thread with the first key of the process. Contexts share that of their OS thread. */
#define FIBER_KEY ((pthread_key_t)0)

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

#ifdef WITH_THREAD_SANITIZER

#include <sanitizer/tsan_interface.h>

/* For a function whose calls and accesses ThreadSanitizer is not to see. */
#define FIBER_UNSEEN __attribute__((no_sanitize("thread"), noinline))

struct fiber {
	void *thread; /* the sanitizer's; NULL: none was made */
	bool is_ignored;
};

/* A context is about to begin. It gets a new fiber; that of a context that has ended there is freed. */
void fiber_make(struct fiber *f, const void *low, size_t size);

/* The context has ended and does not run. */
void fiber_free(struct fiber *f);

/* The TLS block at tp is about to become that of the running context: for a time, or until fiber_enter(). */
void fiber_lend(void *tp);

/* Right before a switch, once the thread pointer is that of the context that is switched to. */
void fiber_enter(struct fiber *from, struct fiber *to);

/* Tells of an acquiring load by code that ThreadSanitizer does not see. */
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

#else

#define FIBER_UNSEEN

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

#endif

#endif
