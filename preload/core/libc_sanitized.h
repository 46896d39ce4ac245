/*
 * ThreadSanitizer does not know the functions of libc that take a clock: it would not see that they take a lock or join
 * a thread. In a build with it, libc.pthread_mutex_clocklock and its like therefore call the functions that take the
 * time of day. Those that are given another clock, or an invalid time, remain libc's.
 */
#ifndef PRELOAD_CORE_LIBC_SANITIZED_H
#define PRELOAD_CORE_LIBC_SANITIZED_H

/* Replaces these members of the struct libc, which must have been found. Does nothing in any other build. */
#ifdef WITH_THREAD_SANITIZER
void libc_use_known_to_sanitizer(void);
#else
static inline void libc_use_known_to_sanitizer(void)
{
}
#endif

#endif
