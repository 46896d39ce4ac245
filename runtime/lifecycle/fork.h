/*
 * fork: in the child only the calling greenlet lives on. The others are forgotten, not unwound.
 *
 * libc runs the handlers of pthread_atfork() that prepare a fork from the last registered to the first, and those of
 * the parent and of the child from the first to the last. The one handler of ours is registered when the library is
 * relocated, before any constructor, so it is the first of the process: the program's handlers run outside it, and may
 * park, spawn, join and use streams. Between our two halves nothing parks and no other greenlet of the hub runs, with
 * one exception: fork_pause().
 *
 * The order of locks in a fork:
 *   1. what the program's handlers take, its allocator's locks for instance;
 *   2. what the parts below take, from the first part to the last: stacks_lock, then the lock of memory.h;
 *   3. what libc takes: the table of handlers, the name service's lock, the list of streams, malloc's arenas.
 * A lock of ours that is held over a call of an allocator is not taken: its owner may wait for 1. In the child such a
 * lock is set free, and what it guards begins anew.
 */
#ifndef RUNTIME_LIFECYCLE_FORK_H
#define RUNTIME_LIFECYCLE_FORK_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * The parts of the library that have to do with forks, from the outermost to the innermost: before() is called in this
 * order, the other two in the opposite one.
 */
enum fork_order {
	FORK_ON_SIGNAL,   /* toolbox/on_signal.c */
	FORK_CHILDREN,    /* preload/process/wait_any.c */
	FORK_NAMES,       /* preload/thread/given_name.c */
	FORK_RUNTIME,     /* fork.c: takes stacks_lock and the lock of memory.h */
	FORK_ONCE,        /* preload/sync/once.c */
	FORK_DESCRIPTORS, /* preload/core/fd_table.c */
	FORK_LIBC,        /* preload/patch/libc_internal.c */
	FORK_TABLES,      /* preload/patch/rebind.c */
	FORK_PREPARING,   /* preload/patch/patch.c */
	FORK_PARTS,
};

/* No function parks or allocates. NULL: nothing is to be done there. */
struct fork_part {
	enum fork_order order;
	void (*before)(void);
	void (*in_parent)(void); /* undoes it; also after a fork that has failed */
	void (*in_child)(void);
};

/*
 * FORK_PART(order, .in_child = f) enters a part into the table, once in a file. The linker puts the table together, in
 * a section of its own: no constructor has to have run, and fork.c names nothing of the layers above it.
 */
#define FORK_PART(place, ...)                                                                                          \
	static const struct fork_part fork_part = {.order = place, __VA_ARGS__};                                       \
	static const struct fork_part *const fork_entry __attribute__((section("fork_parts"), used)) = &fork_part

/* Registers the handler with libc; only the first call does. Async-signal-unsafe, takes no lock of ours. */
void fork_prepare(void);

/* The same with the __register_atfork() of another libc, whose fork() runs handlers of its own; each time. */
typedef int register_fork(void (*prepare)(void), void (*parent)(void), void (*child)(void), void *object);
void fork_prepare_by(register_fork *registers);

/*
 * For a fork that runs no handlers, as _Fork() does: make(arg) forks, and its result is returned, with errno as it left
 * it. Signals are blocked meanwhile.
 */
pid_t fork_quietly(pid_t (*make)(void *arg), void *arg);

/* The same in two halves: in the child, which need not come back from the call, and in the parent, the second is
 * called. */
void fork_quietly_begins(void);
void fork_quietly_ends(bool in_the_child);

/*
 * The calling context is in the midst of a fork: what it waits for it waits for in the kernel, as it holds locks of
 * ours. libc's malloc, of which it takes every lock, may have to.
 */
extern __thread bool is_forking __attribute__((tls_model("initial-exec"), visibility("hidden")));

/*
 * Where libc, between our two halves, has to wait for a lock that a parked greenlet may have: as if the fork had not
 * begun, until fork_resume(). The caller may park in between. Only with is_forking set.
 */
void fork_pause(void);
void fork_resume(void);
#endif
