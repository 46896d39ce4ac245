/*
 * Machines on which static TLS lies above the thread pointer. The guards are global there, and the header holds no copy
 * of the thread pointer.
 */
#ifndef TLS_ABOVE_H
#define TLS_ABOVE_H

#include <stdbool.h>

#define TLS_BELOW_THREAD_POINTER 0

/* Whether libc takes its locks is the same for all threads here; pthread_create sees to it. */
static inline void mark_not_alone(void *tp)
{
	(void)tp;
}

static inline void init_thread_header(void *tp, const void *own)
{
	(void)tp;
	(void)own;
}

static inline bool thread_header_is_known(void *tp)
{
	(void)tp;
	return true;
}

#endif
