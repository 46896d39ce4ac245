/* The formats that libc has for a program's objects, and in which the hooks keep them, too. */
#ifndef LIBC_OBJECTS_H
#define LIBC_OBJECTS_H

#include <stdbool.h>

/* In a read-write lock libc counts the readers in a word, above this many bits for its own waiting. */
enum { RWLOCK_READER_SHIFT = 3 };

/* The bits of a condition variable's __wrefs that say how it was made. */
enum { COND_SHARED = 1, COND_MONOTONIC = 2 };

/*
 * Uses one of each by libc's own functions and looks what they leave in it. False where a fact of glibc_facts.h does
 * not hold, which is noted there. The caller is a thread of the system's. Waits for nothing.
 */
bool objects_are_known(void);

#endif
