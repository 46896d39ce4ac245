/* The formats that libc has for a program's objects, and in which the hooks keep them, too. */
#ifndef PRELOAD_CORE_LIBC_OBJECTS_H
#define PRELOAD_CORE_LIBC_OBJECTS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/* In a read-write lock libc counts the readers in a word, above this many bits for its own waiting. */
enum { RWLOCK_READER_SHIFT = 3 };

/* The bits that say how a condition variable was made, in a word whose place differs among versions of libc. */
enum { COND_SHARED = 1, COND_MONOTONIC = 2 };

/* That place, known once objects_are_known() has answered. */
extern size_t condition_flags_at;

static inline unsigned condition_flags(const pthread_cond_t *condition)
{
	return *(const unsigned *)((const char *)condition + condition_flags_at);
}

/*
 * Uses one of each by libc's own functions and looks what they leave in it. False where a fact of glibc_facts.h does
 * not hold, which is noted there. The caller is a thread of the system's. Waits for nothing.
 */
bool objects_are_known(void);

#endif
