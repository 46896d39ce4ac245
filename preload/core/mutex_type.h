/*
 * libc's layout of a mutex, apart from its waiting: bits of the kind, and those of the futex word that are not the
 * kernel's.
 */
#ifndef PRELOAD_CORE_MUTEX_TYPE_H
#define PRELOAD_CORE_MUTEX_TYPE_H

#include "libc.h"
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

enum { ROBUST = 16, INHERITS = 32, PROTECTS = 64, SHARED = 128, WAITED_FOR = 2, STATE = 3 };

/* A mutex with a priority ceiling has the ceiling in its word, too. */
enum { CEILING_SHIFT = 19 };

#define CEILING (UINT32_MAX << CEILING_SHIFT)

static inline uint32_t *word_of(const pthread_mutex_t *mutex)
{
	return (uint32_t *)&mutex->__data.__lock;
}

/* A destroyed mutex has all bits set, and is of no kind. */
static inline bool is_of_kind(const pthread_mutex_t *mutex, int bits)
{
	return (mutex->__data.__kind & (bits | INT_MIN)) == bits;
}

/* True for the few mutexes that are robust or have to do with priorities: for all others this is the only check. */
static inline bool is_special(const pthread_mutex_t *mutex)
{
	return __builtin_expect(mutex->__data.__kind & (ROBUST | INHERITS | PROTECTS), 0);
}

/* PTHREAD_MUTEX_NORMAL, _RECURSIVE, _ERRORCHECK or _ADAPTIVE_NP. */
static inline int type_of(const pthread_mutex_t *mutex)
{
	return mutex->__data.__kind & 3;
}

#endif
