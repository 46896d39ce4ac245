/*
 * Memory for what the runtime keeps: hubs, timers, watches, libev's tables. It comes from the kernel, never from the
 * malloc of the process, which a program or a preloaded library may define: that may wait for a mutex that a parked
 * greenlet holds, keep books of threads in TLS blocks, or call what we answer. What the user of the toolbox frees is
 * the program's malloc's.
 *
 * All of it may be called from any OS thread, on the hub's own context, and by a signal handler that has interrupted
 * any of it. It never parks; errno stays as it was.
 */
#ifndef RUNTIME_SYS_MEMORY_H
#define RUNTIME_SYS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * size bytes, or NULL where the kernel gives no memory. Aligned to 16 bytes, and to 64 where size is a multiple of 64.
 * Never NULL for size 0.
 */
void *memory_alloc(size_t size) __attribute__((malloc));

/* The same, all zero. */
void *memory_zalloc(size_t size) __attribute__((malloc));

/* As realloc(3), except that size 0 is not special. NULL: there is no memory, and the old block is as it was. */
void *memory_resize(void *old, size_t size);

/* NULL is allowed. */
void memory_free(void *memory);

/*
 * Around a fork, in which no other OS thread may be in the middle of a change; what the forking OS thread does
 * meanwhile, as in the program's own handlers of forks, is not kept from memory. In the child memory_leave_fork() is
 * called once, in the parent as often as memory_enter_fork().
 */
void memory_enter_fork(void);
void memory_leave_fork(bool is_child);

/* Calls f with each part of memory that is in use, or may be. Nothing may be allocated or freed meanwhile. */
void memory_for_each(void (*f)(const void *low, const void *high));

#endif
