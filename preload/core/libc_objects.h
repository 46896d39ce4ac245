/* libc's formats of a program's objects, which the hooks use, too. */
#ifndef PRELOAD_CORE_LIBC_OBJECTS_H
#define PRELOAD_CORE_LIBC_OBJECTS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/* In a read-write lock libc counts the readers in a word, above this many bits, which libc uses for its own waiting. */
enum { RWLOCK_READER_SHIFT = 3 };

/*
 * The bits that say how a condition variable was made. Their word is at an offset that differs among versions of libc.
 */
enum { COND_SHARED = 1, COND_MONOTONIC = 2 };

/* That offset, known once objects_are_known() has returned. */
extern size_t condition_flags_at;

static inline unsigned condition_flags(const pthread_cond_t *condition)
{
	return *(const unsigned *)((const char *)condition + condition_flags_at);
}

/*
 * Uses one object of each kind by libc's own functions and checks what they store in it. Returns false if a fact of
 * glibc_facts.h does not hold, which is noted there. The caller is an OS thread. Never waits.
 */
bool objects_are_known(void);

#endif
